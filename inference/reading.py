"""Turn a picture file into the network's input, with measurements of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.files.decode import Picture, decode
from inference.files.exif import TURNS
from inference.files.header import Header, read_header
from inference.files.jpeg_draft import drafts, has_drafts
from inference.normalise import normalise
from inference.normalised import Normalised
from inference.plain_paper import normalise_plain
from inference.trace import Trace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Reading", "read_decoded", "read_picture"]

# Chosen by eye on the robustness suite's pictures.
CLEAR = 6.0  # standard deviations of the paper's grain: least contrast of ink
FAINT = 24.0  # of 255: twice the least contrast of ink; pencil is stronger
# SOFT is measured on 20 digits saved in 40 ways: those of 80 pixels and more have 0.08, with a blur of 7 of 280 0.104.
SOFT = 0.1  # of the digit's longer side: widest edge of a picture in focus
STEPS = 4  # pixels of the picture: a small picture, whose edges are a few pixels wide, is not blurred


@dataclass(frozen=True)
class Reading:
    """A normalised picture file and its measurements.

    Attributes:
        image: uint8, shape [28, 28], light ink on 0; all 0 if no ink was found.
        steps: what was done, in order, a few words each.
        format: of the file: `PNG`, `JPEG` and so on.
        width: pixels, as stored in the file.
        height: pixels, as stored in the file.
        contrast: of ink and paper, 0 to 1.
        noise: standard deviation of the bare paper, 0 to 1.
        digits: number of separate parts as large as a digit; 0 on a blank page.
        ink_share: share of the picture that is ink, 0 to 1.
        clearness: 0 to 1: sharpness of the digit's edges all around, relative to all edges in the picture.
            Measured on 1,800 digits of the robustness suite: at least 0.32, 99 % above 0.43, median 0.98;
            on 720 blank pages: 98 % at most 0.16, once 0.84; on 200 pages of noise: nearly always below 0.6, once 0.84.
        softness: width of the digit's edges over its longer side, 0 to 1: how blurred it is. Sharp ones at MNIST's size
            have 0.05.
        leftover: size of the marks that were left out over the digit's, 0 to 1; a box or circle around the digit
            and a line below it do not count.
        crossed: evidence that the digit needs because a line may cross it out, in the units of Decisions.units:
            infinite if one surely does, 0.0 if none does.
        inked: whether there is ink on the page, with or without a digit.
        trace: name and picture (uint8, [h, w] or [h, w, 3]) of each step; empty unless requested.
    """

    image: NDArray[np.uint8]
    steps: tuple[str, ...]
    format: str
    width: int
    height: int
    contrast: float
    noise: float
    digits: int
    ink_share: float
    clearness: float
    softness: float
    leftover: float
    crossed: float
    inked: bool
    trace: tuple[tuple[str, NDArray[np.uint8]], ...] = ()

    @property
    def blank(self) -> bool:
        """Whether no ink was found."""
        return self.digits == 0

    @property
    def faint(self) -> bool:
        """Whether the ink hardly stands out from the paper."""
        return not self.blank and self.contrast * 255 < max(FAINT / 2, CLEAR * self.noise * 255)

    @property
    def blurred(self) -> bool:
        """Whether the digit is out of focus."""
        return self.softness > max(SOFT, STEPS / max(self.width, self.height))


def read_picture(data: bytes, *, trace: bool = False) -> Reading:
    """Read and normalise a picture file.

    Args:
        data: the bytes of the file.
        trace: whether to keep the picture of each step.

    Raises:
        UnreadableError: the file cannot be read as a picture.
    """
    header = read_header(data)
    drafted = has_drafts(header)
    normalised = normalise_plain(drafts(data, header), Trace(trace)) if drafted else None
    if normalised is None:
        return read_decoded(decode(data, header), plain=not drafted, trace=trace)
    turned = (TURNS[header.orientation],) if header.orientation in TURNS else ()
    return _reading(header, turned, normalised, decode(data, header).pixels if trace else None)


def read_decoded(picture: Picture, *, plain: bool = True, trace: bool = False) -> Reading:
    """Normalise a decoded picture as `read_picture` does; *plain* tells it to try the fast path for plain pictures."""
    normalised = normalise(picture.pixels, plain=plain, trace=trace)
    return _reading(picture.header, picture.steps, normalised, picture.pixels if trace else None)


def _reading(
    header: Header, steps: tuple[str, ...], normalised: Normalised, original: NDArray[np.uint8] | None
) -> Reading:
    return Reading(
        normalised.image,
        (*steps, *normalised.steps),
        header.format,
        header.width,
        header.height,
        contrast=min(normalised.strength / 255, 1),
        noise=normalised.noise / 255,
        digits=normalised.digits,
        ink_share=normalised.share,
        clearness=normalised.clearness,
        softness=normalised.softness,
        leftover=normalised.leftover,
        crossed=normalised.crossed,
        inked=normalised.inked,
        trace=() if original is None else (("original", original), *normalised.trace, ("28x28", normalised.image)),
    )

"""How the picture of a digit looks: the page, the pen, the light, the camera and the file, drawn by one routine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.synthetic import paper
from learning.synthetic.encoding import encode_jpeg, encode_png
from learning.synthetic.strokes import Pose, ink_of, outline, place, retrace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BLACK", "WHITE", "Look", "draw", "photograph"]

WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
LIGHTS = {"gradient": paper.gradient, "vignette": paper.vignette, "shadow": paper.shadow}
SPACING = {"lined": (0.13, 0.3), "squared": (0.05, 0.13)}
"""From rule to rule, as a part of the page's shorter side."""


@dataclass(frozen=True)
class Look:
    """All that makes the picture of a digit what it is, but for chance.

    Attributes:
        page: height and width, pixels.
        pose: where and how large the digit is drawn; None for MNIST's picture itself, as large as the page.
        pen: width of the stroke in pixels of MNIST's picture; None as it was written.
        paper: its colour, BGR from 0 to 1.
        ink: its colour.
        cover: how much of the paper the ink hides, from 0 to 1.
        tooth: how unevenly the paper takes the ink, from 0 to 1.
        grain: deviation of the paper's texture.
        rules: "lined", "squared" or "".
        lights: "gradient", "vignette" or "shadow", each with what it takes away, from 0 to 1.
        frame: "scan", "light", "dark", "box", "desk" or "".
        blur: of the camera, pixels.
        noise: of the camera, deviation.
        quality: of the JPEG file, 1 to 100; None for PNG.
        alpha: the ink is in the alpha channel alone, and every pixel has the ink's colour.
        orientation: EXIF's, 1 to 8, of a JPEG file.
    """

    page: tuple[int, int]
    pose: Pose | None
    pen: float | None = None
    paper: paper.Colour = WHITE
    ink: paper.Colour = BLACK
    cover: float = 1.0
    tooth: float = 0.0
    grain: float = 0.0
    rules: str = ""
    lights: tuple[tuple[str, float], ...] = ()
    frame: str = ""
    blur: float = 0.0
    noise: float = 0.0
    quality: int | None = None
    alpha: bool = False
    orientation: int = 1


def draw(image: NDArray[np.uint8], look: Look, rng: np.random.Generator) -> bytes:
    """Draw a digit in this look.

    Args:
        image: uint8, shape [28, 28], 0 is background and 255 is ink; some of it is ink.
        look: how.
        rng: for the texture, the noise and the like.

    Returns:
        A PNG or JPEG file.
    """
    return photograph(_ink(image, look), look, rng)


def photograph(ink: NDArray[np.float32], look: Look, rng: np.random.Generator) -> bytes:
    """Make the picture of a page with ink on it.

    Args:
        ink: how much each pixel is covered, shape *look.page*, from 0 to 1.
        look: how; its pose and pen are not used here.
        rng: for the texture, the noise and the like.

    Returns:
        A PNG or JPEG file.
    """
    if look.alpha:
        return encode_png(_transparent(ink * look.cover, look.ink))
    page = _written(ink, look, rng)
    for light, strength in look.lights:
        page *= LIGHTS[light](rng, look.page, strength)[..., None]
    pixels = paper.photograph(rng, _framed(page, look, rng), look.blur, look.noise)
    if look.quality is None:
        return encode_png(pixels)
    return encode_jpeg(pixels, look.quality, look.orientation, big_endian=bool(rng.integers(2)))


def _ink(image: NDArray[np.uint8], look: Look) -> NDArray[np.float32]:
    import cv2
    import numpy as np

    if look.pose is None:
        large = cv2.resize(image, look.page[::-1], interpolation=cv2.INTER_CUBIC)
        return (large / np.float32(255)).astype(np.float32)
    field = outline(image) if look.pen is None else retrace(ink_of(image), look.pen)
    return place(field, look.page, look.pose)


def _transparent(ink: NDArray[np.float32], colour: paper.Colour) -> NDArray[np.uint8]:
    import numpy as np

    pixels = np.empty((*ink.shape, 4), np.uint8)
    pixels[..., :3] = np.rint(np.multiply(colour, 255))
    pixels[..., 3] = np.rint(ink * 255)
    return pixels


def _written(ink: NDArray[np.float32], look: Look, rng: np.random.Generator) -> NDArray[np.float32]:
    """Give the page with its rules, its printed box and the ink."""
    import numpy as np

    page = paper.sheet(rng, look.page, look.paper, look.grain)
    if look.rules:
        spacing = min(look.page) * rng.uniform(*SPACING[look.rules])
        paper.lines(rng, page, spacing, squared=look.rules == "squared")
    if look.frame == "box":
        paper.box(rng, page, ink, look.ink)
    taken = ink * look.cover
    if look.tooth:
        pressure = 0.6 * paper.cloud(rng, look.page, 1.7) + 0.5 * paper.cloud(rng, look.page, min(look.page) / 8)
        taken *= 1 - look.tooth * np.clip(0.5 + 0.5 * pressure, 0, 1)
    paper.paint(page, taken, look.ink)
    return page


def _framed(page: NDArray[np.float32], look: Look, rng: np.random.Generator) -> NDArray[np.float32]:
    if look.frame == "scan":
        paper.scan_border(rng, page)
    if look.frame in {"light", "dark"}:
        paper.mat(rng, page, WHITE if look.frame == "light" else BLACK)
    return paper.desk(rng, page) if look.frame == "desk" else page

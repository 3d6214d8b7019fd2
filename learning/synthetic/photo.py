"""Render a picture of a digit from its look: page, pen, light, camera and file format."""

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
# Chosen by eye.
SPACING = {"lined": (0.13, 0.3), "squared": (0.05, 0.13)}
"""Range of the distance between ruled lines, as a share of the page's shorter side."""


@dataclass(frozen=True)
class Look:
    """Everything that decides how the picture of a digit looks, except random texture and noise.

    Attributes:
        page: height and width, pixels.
        pose: position and size of the digit; None stretches MNIST's picture to the page.
        pen: stroke width in pixels of MNIST's picture; None keeps the strokes as written.
        paper: colour of the paper, BGR, each 0 to 1.
        ink: colour of the ink.
        cover: opacity of the ink, 0 to 1.
        tooth: how unevenly the paper takes the ink, 0 to 1.
        grain: standard deviation of the paper's texture.
        rules: "lined", "squared" or "".
        lights: "gradient", "vignette" or "shadow", each with the share of light it removes, 0 to 1.
        frame: "scan", "light", "dark", "box", "desk" or "".
        blur: of the camera, standard deviation in pixels.
        noise: of the camera, standard deviation, where white is 1.
        quality: of the JPEG file, 1 to 100; None for PNG.
        alpha: whether the ink is in the alpha channel only, with the ink's colour in every pixel.
        orientation: EXIF orientation of a JPEG file, 1 to 8.
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
        image: uint8, shape [28, 28], 0 is background and 255 is ink; contains ink.
        look: the look.
        rng: draws texture, noise and the like.

    Returns:
        A PNG or JPEG file.
    """
    return photograph(_ink(image, look), look, rng)


def photograph(ink: NDArray[np.float32], look: Look, rng: np.random.Generator) -> bytes:
    """Take the picture of a page with ink on it.

    Args:
        ink: opacity of the ink at each pixel, float32 of shape *look.page*, 0 to 1.
        look: the look; its pose and pen are not used here.
        rng: draws texture, noise and the like.

    Returns:
        A PNG or JPEG file.
    """
    if look.alpha:
        return encode_png(_transparent(ink * look.cover, look.ink))
    page = _written(ink, look, rng)
    for light, strength in look.lights:
        paper.shine(page, LIGHTS[light](rng, look.page, strength))
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
    """Return the page with its ruled lines, its printed box and the ink."""
    import numpy as np

    page = paper.sheet(rng, look.page, look.paper, look.grain)
    if look.rules:
        spacing = min(look.page) * rng.uniform(*SPACING[look.rules])
        paper.lines(rng, page, spacing, squared=look.rules == "squared")
    if look.frame == "box":
        paper.box(rng, page, ink, look.ink)
    opacity = ink * look.cover
    if look.tooth:
        pressure = 0.6 * paper.cloud(rng, look.page, 1.7) + 0.5 * paper.cloud(rng, look.page, min(look.page) / 8)
        opacity *= 1 - look.tooth * np.clip(0.5 + 0.5 * pressure, 0, 1)
    paper.paint(page, opacity, look.ink)
    return page


def _framed(page: NDArray[np.float32], look: Look, rng: np.random.Generator) -> NDArray[np.float32]:
    if look.frame == "scan":
        paper.scan_border(rng, page)
    if look.frame in {"light", "dark"}:
        paper.mat(rng, page, WHITE if look.frame == "light" else BLACK)
    return paper.desk(rng, page) if look.frame == "desk" else page

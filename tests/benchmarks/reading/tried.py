"""Digits as new users try them: photos, screens, boards and odd files: python -m tests.benchmarks.reading.tried BUNDLE.

MNIST_FILES names the folder of the four original files. Test digits are drawn in 20 ways, each with its own sizes,
colours, light and compression.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from learning.synthetic.encoding import encode_jpeg, encode_png
from tests.benchmarks.reading.marked import large
from tests.benchmarks.reading.tally import tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Field = NDArray[np.float32]
    Colour = tuple[float, float, float]

WHITE, BLACK = (252.0, 252.0, 252.0), (15.0, 15.0, 15.0)


def placed(image: Pixels, rng: np.random.Generator, page: tuple[int, int], share: tuple[float, float]) -> Field:
    """Place a digit on a page, its 20x20 pixels this share of the shorter side; float32, 0 to 1."""
    side = round(rng.uniform(*share) * min(page) * 1.4)
    drawn = large(image, side)
    rows, columns = (np.flatnonzero((drawn > 0.5).any(axis)) for axis in (1, 0))
    digit = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    field = np.zeros(page, np.float32)
    top, left = (int(rng.integers(0.06 * free, 0.94 * free + 1)) for free in np.subtract(page, digit.shape))
    field[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return field


def coloured(field: Field, paper: Any, ink: Colour, cover: float = 1) -> NDArray[np.float64]:  # noqa: ANN401
    """Return ink on paper (BGR, one colour or a picture), float64 [h, w, 3]."""
    cover_of = (field * cover)[..., None].astype(np.float64)
    return np.asarray(paper, np.float64) * (1 - cover_of) + np.asarray(ink) * cover_of


def bytes_of(pixels: NDArray[Any]) -> Pixels:
    """Return pixels rounded to uint8."""
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def lit(pixels: NDArray[np.float64], rng: np.random.Generator, least: float = 0.6) -> NDArray[np.float64]:
    """Light a page from one side."""
    height, width = pixels.shape[:2]
    angle, (y, x) = rng.uniform(0, 2 * np.pi), np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    across = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5
    return pixels * (least + (1 - least) * np.clip(across, 0, 1))[..., None]


def taken(pixels: NDArray[np.float64], rng: np.random.Generator, blur: float = 1.2, noise: float = 3) -> Pixels:
    """Take a photo: blur and noise."""
    blurred = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, blur))
    return bytes_of(blurred + rng.normal(0, rng.uniform(0.5, noise), pixels.shape))


def tilted(pixels: NDArray[np.float64], rng: np.random.Generator, table: Colour) -> NDArray[np.float64]:
    """See a sheet in perspective on a table."""
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.uniform(0, 0.12, (4, 2)) * (width, height) * [[1, 1], [-1, 1], [-1, -1], [1, -1]]
    turn = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return np.asarray(cv2.warpPerspective(pixels, turn, (width, height), borderValue=table), np.float64)


def phone_photo(images: Pixels, rng: np.random.Generator) -> bytes:
    """Sheet in perspective on a table, the shadow of a phone across it."""
    page = coloured(placed(images[0], rng, (600, 450), (0.25, 0.5)), rng.uniform(215, 245, 3), (70, 40, 30))
    y, x = np.mgrid[:600, :450]
    edge = rng.uniform(150, 400) + (x - 225) * rng.uniform(-0.5, 0.5)
    shade = cv2.GaussianBlur(np.where(y > edge, rng.uniform(0.55, 0.75), 1.0), (0, 0), rng.uniform(12, 30))
    return encode_jpeg(taken(tilted(page * shade[..., None], rng, (60, 85, 110)), rng), int(rng.integers(60, 95)))


def whiteboard(images: Pixels, rng: np.random.Generator) -> bytes:
    """Marker on a shiny board with a reflection."""
    ink = ((160, 60, 20), (40, 30, 190), (50, 110, 20), (30, 30, 30))[rng.integers(4)]
    page = lit(coloured(placed(images[0], rng, (480, 640), (0.3, 0.6)), (228, 232, 230), ink, 0.85), rng, 0.75)
    y, x = np.mgrid[:480, :640]
    away = np.hypot((y - rng.uniform(0, 480)) / 1.5, x - rng.uniform(0, 640))
    return encode_jpeg(taken(page + 60 * np.exp(-((away / 90) ** 2))[..., None], rng), 85)


def graph_paper(images: Pixels, rng: np.random.Generator) -> bytes:
    """Pen on squared paper, photographed a little turned."""
    page = np.full((500, 500, 3), 245.0)
    step, width = int(rng.integers(18, 40)), int(rng.integers(1, 3))
    for at in range(int(rng.integers(step)), 500, step):
        page[at : at + width] = page[:, at : at + width] = rng.choice(
            ((230, 200, 180), (205, 205, 205), (220, 190, 200))
        )
    page = lit(coloured(placed(images[0], rng, (500, 500), (0.25, 0.5)), page, (90, 35, 25)), rng, 0.8)
    turn = cv2.getRotationMatrix2D((250, 250), rng.uniform(-3, 3), 1.1)
    return encode_jpeg(taken(np.asarray(cv2.warpAffine(page, turn, (500, 500)), np.float64), rng), 85)


def ball_pen(images: Pixels, rng: np.random.Generator) -> bytes:
    """A thin line: the digit's strokes are eroded; large page."""
    field = placed(images[0], rng, (800, 600), (0.2, 0.4))
    thin = cv2.erode(field, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)), iterations=int(rng.integers(1, 4)))
    field = np.where(cv2.dilate(thin, np.ones((9, 9), np.uint8)) > 0, thin, field).astype(np.float32)
    return encode_jpeg(taken(lit(coloured(field, (238, 240, 240), (140, 60, 40), 0.85), rng), rng), 90)


def marker(images: Pixels, rng: np.random.Generator) -> bytes:
    """A felt pen, broad."""
    field = placed(images[0], rng, (480, 480), (0.4, 0.7))
    broad = cv2.dilate(field, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)), iterations=int(rng.integers(1, 4)))
    broad = np.asarray(broad, np.float32)
    return encode_jpeg(taken(lit(coloured(broad, (240, 240, 240), (25, 25, 25), 0.95), rng), rng), 85)


def blackboard(images: Pixels, rng: np.random.Generator) -> bytes:
    """Chalk on a smeared board."""
    board = np.asarray(((55, 70, 45), (50, 50, 48))[rng.integers(2)], np.float64)
    smear = cv2.GaussianBlur(rng.normal(0, 1, (480, 640)), (0, 0), 18)
    chalk = cv2.GaussianBlur(rng.random((480, 640)), (0, 0), 1)
    field = placed(images[0], rng, (480, 640), (0.3, 0.6)) * (0.45 + 0.55 * (chalk > rng.uniform(0.42, 0.48)))
    page = coloured(field.astype(np.float32), board + (smear / smear.std() * 9)[..., None], (235, 240, 240), 0.9)
    return encode_jpeg(taken(page, rng), 85)


def screenshot(images: Pixels, rng: np.random.Generator) -> bytes:
    """A drawing program: a grey bar above, a white canvas, a black brush."""
    page = np.full((420, 560, 3), 255.0)
    page[64:] = coloured(placed(images[0], rng, (356, 560), (0.4, 0.7)), WHITE, (0, 0, 0))
    page[:64] = 225
    for i in range(int(rng.integers(3, 9))):
        page[20:44, 20 + 40 * i : 44 + 40 * i] = rng.uniform(60, 200, 3)
    return encode_png(bytes_of(page))


def inverted(images: Pixels, rng: np.random.Generator) -> bytes:
    """White on black, as a dark mode shows it."""
    return encode_png(bytes_of(coloured(placed(images[0], rng, (300, 300), (0.4, 0.8)), BLACK, (240, 240, 240))))


def alpha(images: Pixels, rng: np.random.Generator) -> bytes:
    """A PNG whose paper is transparent."""
    field = placed(images[0], rng, (280, 280), (0.4, 0.8))
    ink = rng.uniform(0, 255, 3) if rng.integers(2) else np.zeros(3)
    return encode_png(bytes_of(np.dstack([np.broadcast_to(ink, (280, 280, 3)), 255 * field])))


def exif(images: Pixels, rng: np.random.Generator) -> bytes:
    """A JPEG that the camera stored turned."""
    page = coloured(placed(images[0], rng, (640, 480), (0.3, 0.6)), (235, 235, 235), (40, 40, 40))
    return encode_jpeg(taken(lit(page, rng), rng), 85, int(rng.integers(2, 9)))


def saved(pixels: Pixels, form: str, mode: str | None = None, **options: Any) -> bytes:  # noqa: ANN401
    """Save with Pillow; pixels are BGR or grey."""
    picture, stream = Image.fromarray(pixels[..., ::-1] if pixels.ndim == 3 else pixels), io.BytesIO()
    (picture.convert(mode) if mode else picture).save(stream, form, **options)
    return stream.getvalue()


def palette(images: Pixels, rng: np.random.Generator) -> bytes:
    """A PNG or GIF of 2 to 16 colours."""
    pixels = bytes_of(coloured(placed(images[0], rng, (200, 200), (0.4, 0.8)), WHITE, tuple(rng.uniform(0, 120, 3))))
    picture, stream = Image.fromarray(pixels[..., ::-1]).quantize(int(rng.choice((2, 4, 16)))), io.BytesIO()
    picture.save(stream, "PNG" if rng.integers(2) else "GIF")
    return stream.getvalue()


def deep(images: Pixels, rng: np.random.Generator) -> bytes:
    """A grey PNG of 16 bits, of which 10 to 16 are used."""
    grey = coloured(placed(images[0], rng, (260, 260), (0.4, 0.8)), WHITE, BLACK)[..., 0] / 255
    return cv2.imencode(".png", (grey * (2 ** rng.integers(10, 17) - 1)).astype(np.uint16))[1].tobytes()


def cmyk(images: Pixels, rng: np.random.Generator) -> bytes:
    """A JPEG in CMYK, as print programs save it."""
    page = bytes_of(coloured(placed(images[0], rng, (300, 240), (0.4, 0.8)), WHITE, tuple(rng.uniform(0, 140, 3))))
    return saved(page, "JPEG", "CMYK", quality=85)


def animated(images: Pixels, rng: np.random.Generator) -> bytes:
    """A GIF of three frames, the first with the whole digit."""
    frames = [bytes_of(coloured(placed(each, rng, (200, 200), (0.5, 0.8)), WHITE, BLACK)) for each in images[:3]]
    stream, (first, *rest) = io.BytesIO(), [Image.fromarray(each) for each in frames]
    first.save(stream, "GIF", save_all=True, append_images=rest, duration=100)
    return stream.getvalue()


def huge_margin(images: Pixels, rng: np.random.Generator) -> bytes:
    """A small digit on a large page."""
    page = coloured(placed(images[0], rng, (2000, 1500), (0.025, 0.06)), (240, 240, 240), (50, 40, 40))
    return encode_jpeg(taken(lit(page, rng, 0.8), rng), 90)


def tiny(images: Pixels, rng: np.random.Generator) -> bytes:
    """The whole picture is 12 to 16 pixels high."""
    side = int(rng.integers(12, 17))
    grey = cv2.resize(images[0][3:25, 3:25], (side, side), interpolation=cv2.INTER_AREA)
    return encode_png(255 - grey if rng.integers(2) else grey)


def cut(images: Pixels, rng: np.random.Generator) -> bytes:
    """The picture's edge cuts up to an eighth off the digit."""
    drawn = large(images[0], 300)
    rows, columns = (np.flatnonzero((drawn > 0.5).any(axis)) for axis in (1, 0))
    sides, by = [rows[0], 300 - rows[-1], columns[0], 300 - columns[-1]], rng.uniform(0, 0.12) * 215
    side = int(rng.integers(4))
    less = [0, 0, 0, 0]
    less[side] = int(sides[side] + by)
    kept = drawn[less[0] : 300 - less[1], less[2] : 300 - less[3]]
    return encode_png(taken(coloured(kept, (240, 240, 240), (40, 40, 40)), rng))


def sticky_note(images: Pixels, rng: np.random.Generator) -> bytes:
    """A coloured note on a desk."""
    note = ((110, 235, 250), (190, 150, 250), (230, 215, 140), (130, 240, 170), (90, 170, 255))[rng.integers(5)]
    page = coloured(
        placed(images[0], rng, (340, 340), (0.35, 0.65)), note, ((40, 40, 40), (150, 60, 30))[rng.integers(2)]
    )
    desk = np.full((520, 560, 3), 1.0) * rng.choice(((70, 100, 140), (210, 210, 205), (50, 50, 50)))
    desk[90:430, 110:450] = page
    return encode_jpeg(taken(lit(tilted(desk, rng, (60, 80, 100)), rng, 0.75), rng), 85)


def red_on_blue(images: Pixels, rng: np.random.Generator) -> bytes:
    """Red ink on blue paper, hardly darker or lighter than it."""
    paper, ink = (
        (rng.uniform(190, 240), rng.uniform(120, 170), rng.uniform(60, 110)),
        (50.0, 40.0, rng.uniform(180, 235)),
    )
    return encode_jpeg(taken(lit(coloured(placed(images[0], rng, (400, 400), (0.35, 0.7)), paper, ink), rng), rng), 90)


def sepia(images: Pixels, rng: np.random.Generator) -> bytes:
    """An old sheet: brown ink, stained paper."""
    stain = cv2.GaussianBlur(rng.normal(0, 1, (500, 400)), (0, 0), 30)
    paper = np.array((165, 200, 222)) * (1 + 0.06 * stain / stain.std())[..., None]
    page = coloured(placed(images[0], rng, (500, 400), (0.3, 0.6)), paper, (45, 65, 95), 0.85)
    return encode_jpeg(taken(page, rng, 1.2, 5), 75)


KINDS: dict[str, Callable[[Pixels, np.random.Generator], bytes]] = {
    "phone photo, shadow": phone_photo,
    "whiteboard": whiteboard,
    "graph paper": graph_paper,
    "ball pen": ball_pen,
    "marker": marker,
    "blackboard": blackboard,
    "screenshot": screenshot,
    "inverted": inverted,
    "PNG with alpha": alpha,
    "EXIF-rotated": exif,
    "palette": palette,
    "16-bit PNG": deep,
    "CMYK JPEG": cmyk,
    "animated GIF": animated,
    "huge margins": huge_margin,
    "12 to 16 pixels": tiny,
    "cut at the edge": cut,
    "sticky note": sticky_note,
    "red on blue": red_on_blue,
    "sepia scan": sepia,
}

if __name__ == "__main__":
    tally(KINDS, __doc__)

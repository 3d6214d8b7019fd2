"""Pictures and picture files for tests: digits drawn with a pen, pages, and files of every format."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from components.sources.sample import read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SEVEN", "as_file", "bomb", "draw", "files", "like", "sample", "seven"]

SEVEN = ((0.2, 0.15), (0.8, 0.15), (0.45, 0.9))


@cache
def sample() -> NDArray[np.uint8]:
    """Return the 5,000 digits of the embedded sample, uint8 [5000, 28, 28]."""
    return read_table()[:, :-1].reshape(-1, 28, 28)


def draw(page: NDArray[np.uint8], points: Sequence[tuple[float, float]], width: int, colour: Any) -> NDArray[np.uint8]:  # noqa: ANN401
    """Draw an antialiased line into a copy of a page, through points given as shares of its width and height."""
    height, breadth = page.shape[:2]
    corners = np.asarray([[(x * breadth * 16, y * height * 16) for x, y in points]], np.int32)
    drawn = cv2.polylines(page.copy(), [corners[0]], False, colour, width, cv2.LINE_AA, 4)
    return np.asarray(drawn, np.uint8)


def seven(size: tuple[int, int] = (200, 200), width: int = 16, ink: int = 20, paper: int = 235) -> NDArray[np.uint8]:
    """Draw a 7 on a plain page, uint8 [h, w]."""
    return draw(np.full(size, paper, np.uint8), SEVEN, width, (ink,))


def like(image: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the correlation of two slightly blurred pictures: 1 if they are equal."""
    one, two = (cv2.GaussianBlur(each, (0, 0), 1).ravel() for each in (image, other))
    return float(np.corrcoef(one, two)[0, 1])


def as_file(pixels: NDArray[Any], form: str, mode: str | None = None, **options: Any) -> bytes:  # noqa: ANN401
    """Encode pixels with Pillow in a format and, if given, a mode."""
    picture = Image.fromarray(pixels)
    stream = io.BytesIO()
    (picture.convert(mode) if mode else picture).save(stream, form, **options)
    return stream.getvalue()


def bomb(form: str, width: int, height: int) -> bytes:
    """Return a small valid file whose header claims another size."""
    big, little = (width.to_bytes(4, order) + height.to_bytes(4, order) for order in ("big", "little"))
    data = bytearray(as_file(seven((8, 8), 1), form))
    if form == "PNG":
        data[16:24] = big
        data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    elif form == "BMP":
        data[18:26] = little
    elif form == "GIF":
        data[6:10] = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    else:
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(data)


def _in_alpha(grey: NDArray[np.uint8]) -> Image.Image:
    """Return a drawing that is all black and visible only in its alpha channel."""
    return Image.merge("LA", (Image.new("L", grey.shape[::-1], 0), Image.fromarray(255 - grey)))


def _write(picture: Image.Image, form: str, **options: Any) -> bytes:  # noqa: ANN401
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def files(ink: int = 20, paper: int = 235) -> dict[str, bytes]:
    """Return files that all hold the same dark 7 on light paper, by the kind of file.

    With 1 bit, paper that is not white (255) becomes a pattern of dots, which takes twenty times longer to read.
    """
    grey = seven(ink=ink, paper=paper)
    coloured = np.dstack([grey, grey, grey // 2 + 60])
    frames = {"save_all": True, "append_images": [Image.fromarray(255 - grey[::-1])], "duration": 50}
    return {
        "PNG": as_file(grey, "PNG"),
        "PNG RGB": as_file(coloured, "PNG"),
        "PNG palette": as_file(grey, "PNG", "P"),
        "PNG 1 bit": as_file(grey, "PNG", "1"),
        "PNG 16 bits": as_file(grey.astype(np.uint16) * 257, "PNG"),
        "PNG 10 of 16 bits": as_file(grey.astype(np.uint16) * 4, "PNG"),
        "PNG grey and alpha": _write(_in_alpha(grey), "PNG"),
        "PNG in alpha alone": _write(_in_alpha(grey).convert("RGBA"), "PNG"),
        "APNG": _write(Image.fromarray(grey), "PNG", **frames),
        "JPEG": as_file(grey, "JPEG"),
        "JPEG RGB": as_file(coloured, "JPEG", quality=60),
        "JPEG CMYK": as_file(coloured, "JPEG", "CMYK"),
        "JPEG progressive": as_file(coloured, "JPEG", progressive=True),
        "GIF": as_file(grey, "GIF"),
        "GIF of two frames": _write(Image.fromarray(grey), "GIF", **frames),
        "BMP": as_file(grey, "BMP"),
        "BMP RGB": as_file(coloured, "BMP"),
        "BMP 1 bit": as_file(grey, "BMP", "1"),
        "TIFF": as_file(grey, "TIFF"),
        "TIFF LZW": as_file(grey, "TIFF", compression="tiff_lzw"),
        "TIFF 16 bits": as_file(grey.astype(np.uint16) * 257, "TIFF"),
        "TIFF float": as_file(grey.astype(np.float32) / 255, "TIFF"),
        "TIFF CMYK": as_file(coloured, "TIFF", "CMYK"),
        "TIFF fax": as_file(grey, "TIFF", "1", compression="group4"),
        "WebP": as_file(coloured, "WEBP"),
        "WebP lossless": as_file(coloured, "WEBP", lossless=True),
        "WebP in alpha alone": _write(_in_alpha(grey).convert("RGBA"), "WEBP", lossless=True),
        "WebP of two frames": _write(Image.fromarray(coloured), "WEBP", **frames),
        "PGM": as_file(grey, "PPM"),
        "PPM": as_file(coloured, "PPM"),
        "PBM": as_file(grey, "PPM", "1"),
        "PGM as text": b"P2\n# drawn by hand\n200 200\n255\n" + b" ".join(b"%d" % each for each in grey.ravel()),
    }

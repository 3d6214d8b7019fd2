"""Decode a picture file into upright, opaque 8-bit pixels of a bounded size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.files.exif import TURNS, apply_orientation
from inference.files.header import Header, read_header
from inference.files.unreadable import UnreadableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Picture", "decode"]

# Chosen by eye on the robustness suite's pictures.
LONGEST = 1600  # pixels; a larger picture is reduced first: strokes need no more, and later steps cost less
ENOUGH = 1000  # pixels; a JPEG is decoded at 1/2, 1/4 or 1/8 while its longest side stays above this
OPAQUE = 255
SEEN = 0.5  # alpha above which a pixel counts as opaque
ONE_COLOUR = 8  # grey levels; with a smaller spread of visible colours, the drawing is in the alpha channel
UNCHANGED = -1  # cv2.IMREAD_UNCHANGED: all channels and bits, EXIF orientation not applied
REDUCED = {2: 17 | 128, 4: 33 | 128, 8: 65 | 128}  # cv2.IMREAD_REDUCED_COLOR_n | IMREAD_IGNORE_ORIENTATION


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: uint8, shape [h, w] if grey, else [h, w, 3] (blue, green, red).
        header: the file's header; width and height are those stored in the file.
        steps: what decoding changed, a few words each.
    """

    pixels: NDArray[np.uint8]
    header: Header
    steps: tuple[str, ...]


def decode(data: bytes, header: Header | None = None) -> Picture:
    """Decode a picture file by its content, whatever its name; of an animation the first frame, of pages the first.

    Args:
        data: the bytes of the file.
        header: its header, if already read.

    Raises:
        UnreadableError: not a picture, damaged or too large.
    """
    header = header or read_header(data)
    pixels = _decode_pixels(data, header)
    if pixels is None or pixels.size == 0:
        raise UnreadableError("damaged")
    steps = [f"first {'page' if header.format == 'TIFF' else 'frame'} used"] * (header.frames > 1)
    if header.orientation in TURNS:
        steps.append(TURNS[header.orientation])
    pixels = apply_orientation(pixels, header.orientation)
    pixels, seen = _make_opaque(_to_bytes(_shrink(pixels)))
    return Picture(_drop_equal_channels(pixels), header, (*steps, *seen))


def _decode_pixels(data: bytes, header: Header) -> NDArray[Any] | None:
    import cv2
    import numpy as np

    # We report damage ourselves: OpenCV must not write to stderr.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    if header.format == "PNM":
        data += b"\n"  # OpenCV needs a byte after the last number of a text PNM
    longest = max(header.width, header.height)
    factor = next((n for n in (8, 4, 2) if longest >= n * ENOUGH), 1) if header.format == "JPEG" else 1
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), REDUCED.get(factor, UNCHANGED))
    except (cv2.error, MemoryError):
        return None


def _shrink(pixels: NDArray[Any]) -> NDArray[Any]:
    import cv2

    height, width = pixels.shape[:2]
    factor = -(-max(height, width) // LONGEST)
    if factor == 1:
        return pixels
    size = max(width // factor, 1), max(height // factor, 1)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if pixels.dtype.name != "int32" else pixels


def _to_bytes(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale deeper pixels to 0..255: colours by the range in use (10 of 16 bits is common), alpha by its full one."""
    import numpy as np

    if pixels.dtype == np.uint8:
        return pixels
    values = np.nan_to_num(pixels.astype(np.float64), posinf=0, neginf=0)
    colours = values[..., :3] if values.shape[2:] else values
    low, high = colours.min(), colours.max()
    scaled = (colours - low) * (OPAQUE / max(high - low, 1e-12))
    if values.shape[2:] == (4,):
        full = np.iinfo(pixels.dtype).max if pixels.dtype.kind in "iu" else 1
        scaled = np.dstack([scaled, np.clip(values[..., 3] * (OPAQUE / full), 0, OPAQUE)])
    return np.rint(scaled).astype(np.uint8)


def _make_opaque(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Composite a picture with alpha over a page colour that contrasts with its ink."""
    import numpy as np

    if pixels.shape[2:] != (4,):
        return pixels, ()
    colours, alpha = pixels[..., :3], pixels[..., 3:].astype(np.float32) / np.float32(OPAQUE)
    if alpha.min() == 1:
        return np.ascontiguousarray(colours), ()
    page = _page_colour(colours, alpha)
    flat = np.rint(colours * alpha + page * (1 - alpha)).astype(np.uint8)
    name = {0.0: "black", 255.0: "white"}.get(float(page.mean()), "its own colour")
    return flat, (f"transparency filled with {name}",)


def _page_colour(colours: NDArray[np.uint8], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture's own paper colour if it is mostly opaque paper, else black or white, whichever contrasts."""
    import numpy as np

    weight = float(alpha.sum())
    if weight == 0:
        return np.full(3, OPAQUE, np.float32)
    luma = colours.mean(axis=2, keepdims=True)
    mean = float((luma * alpha).sum()) / weight
    spread = (float((np.square(luma - mean) * alpha).sum()) / weight) ** 0.5
    if weight > alpha.size / 2 and spread > ONE_COLOUR:
        return np.median(colours[alpha[..., 0] > SEEN], axis=0).astype(np.float32)
    return np.full(3, OPAQUE if mean < OPAQUE / 2 else 0, np.float32)


def _drop_equal_channels(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    if pixels.shape[2:] in {(1,), (2,)}:
        pixels = pixels[..., 0]
    if pixels.shape[2:] and _is_grey(pixels[::8, ::8]) and _is_grey(pixels):
        pixels = pixels[..., 0]
    return np.ascontiguousarray(pixels)


def _is_grey(pixels: NDArray[np.uint8]) -> bool:
    blue, green, red = (pixels[..., i] for i in range(3))
    return bool((blue == green).all() and (green == red).all())

"""The fast path for the commonest PNG files returns what decode returns, or nothing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from inference.files.decode import decode
from inference.files.fast_png import decode_fast_png
from inference.files.unreadable import UnreadableError
from tests.inference.pictures import as_file, files, sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILTERS = ("none", "sub", "up", "average", "paeth")
IMAGES = {"digit": sample()[2100], "noise": np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _filtered(image: NDArray[np.uint8], number: int) -> Iterator[bytes]:
    """Yield the rows of a picture encoded with PNG's filter *number* (ISO 15948, 9.2)."""
    rows = np.pad(image.astype(np.int32), ((1, 0), (1, 0)))
    left, up, corner = rows[1:, :-1], rows[:-1, 1:], rows[:-1, :-1]
    guess = left + up - corner
    distance = [np.abs(guess - each) for each in (left, up, corner)]
    paeth = np.where(
        (distance[0] <= distance[1]) & (distance[0] <= distance[2]),
        left,
        np.where(distance[1] <= distance[2], up, corner),
    )
    predicted = (np.zeros_like(left), left, up, (left + up) // 2, paeth)[number]
    for row in ((image - predicted) % 256).astype(np.uint8):
        yield bytes([number]) + row.tobytes()


def _png(image: NDArray[np.uint8], level: int = 6, kind: int = 0, inside: tuple[int, ...] = (8, 0, 0, 0, 0)) -> bytes:
    """Write a picture with a chosen filter and compression level."""
    pixels = zlib.compress(b"".join(_filtered(image, kind)), level)
    header = struct.pack(">IIBBBBB", image.shape[1], image.shape[0], *inside)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("kind", range(5), ids=FILTERS)
@pytest.mark.parametrize("image", IMAGES)
def test_pixels_survive_the_round_trip(image: str, kind: int, level: int) -> None:
    """Under every filter and compression level, the pixels are those that were written."""
    pixels = decode_fast_png(_png(IMAGES[image], level, kind))
    assert pixels is not None
    np.testing.assert_array_equal(pixels, IMAGES[image])


@pytest.mark.parametrize("strategy", range(5))
def test_files_of_opencv_are_decoded(strategy: int) -> None:
    """OpenCV's files, under each of its strategies, are decoded like decode does."""
    data = cv2.imencode(".png", IMAGES["digit"], [cv2.IMWRITE_PNG_STRATEGY, strategy])[1].tobytes()
    pixels = decode_fast_png(data)
    assert pixels is not None
    np.testing.assert_array_equal(pixels, decode(data).pixels)


def test_files_of_pillow_are_decoded() -> None:
    """Pillow's files are decoded too."""
    np.testing.assert_array_equal(decode_fast_png(as_file(IMAGES["digit"], "PNG")), IMAGES["digit"])


@pytest.mark.parametrize("image", IMAGES)
def test_a_flipped_bit_never_gives_wrong_pixels(image: str) -> None:
    """With any one bit flipped, the result is that of decode, or nothing."""
    data = _png(IMAGES[image], 9, 4)
    wrong = [bit for bit in range(8 * len(data)) if not _agree(_flip(data, bit))]
    assert wrong == []


def test_truncated_files_are_left_to_decode() -> None:
    """A file cut at any byte is left to decode."""
    data = _png(IMAGES["digit"])
    assert [n for n in range(len(data)) if decode_fast_png(data[:n]) is not None] == []


@pytest.mark.parametrize("rows", [0, 1, 27, 29, 500])
def test_a_wrong_number_of_rows_is_handled_like_decode(rows: int) -> None:
    """A file with valid checksums but the wrong number of rows is handled like decode does."""
    pixels = zlib.compress(bytes(29 * rows))
    good = _png(IMAGES["digit"])
    data = good[: good.index(b"IDAT") - 4] + _chunk(b"IDAT", pixels) + good[-12:]
    assert _agree(data)


@pytest.mark.parametrize("pixels", [b"", b"no deflate", zlib.compress(bytes(812))[:-1], zlib.compress(b"\7" * 812)])
def test_a_broken_pixel_stream_is_handled_like_decode(pixels: bytes) -> None:
    """A broken pixel stream behind valid checksums is handled like decode does."""
    good = _png(IMAGES["digit"])
    assert _agree(good[: good.index(b"IDAT") - 4] + _chunk(b"IDAT", pixels) + good[-12:])


@pytest.mark.parametrize("kind", files())
def test_other_files_are_left_to_decode(kind: str) -> None:
    """Only a grey PNG of 28x28 takes the fast path."""
    assert decode_fast_png(files()[kind]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        _png(IMAGES["digit"], inside=(8, 0, 0, 0, 1)),
        _png(np.zeros((28, 27), np.uint8)),
        _png(IMAGES["digit"]) + b"\0",
        _png(IMAGES["digit"]).replace(b"IDAT", b"IDAt"),
    ],
)
def test_unusual_files_are_left_to_decode(data: bytes) -> None:
    """Empty, interlaced and other-sized pictures, unknown chunks and trailing bytes are left to decode."""
    assert decode_fast_png(data) is None


def _flip(data: bytes, bit: int) -> bytes:
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def _agree(data: bytes) -> bool:
    """Return whether the fast path gives what decode gives, or nothing."""
    pixels = decode_fast_png(data)
    if pixels is None:
        return True
    try:
        return bool(np.array_equal(pixels, decode(data).pixels))
    except UnreadableError:
        return False

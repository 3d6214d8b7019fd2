"""The header of a picture file: format, size, orientation and frames, read before anything is decoded.

Pure Python that decompresses nothing, so that a decompression bomb is refused at the cost of reading its header.
Layouts: PNG (ISO 15948), JPEG (T.81), GIF89a, BMP, TIFF 6.0, WebP (RFC 9649), Netpbm.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inference.files.exif import has_more_pages, read_tags
from inference.files.unreadable import UnreadableError
from inference.files.unsupported import name_unsupported

__all__ = ["MAX_BYTES", "MAX_PIXELS", "MAX_SIDE", "Header", "has_picture_signature", "read_header"]

# Limits chosen, not measured: 50 million pixels in colour are 150 MB.
MAX_BYTES = 64 * 2**20
MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
SMALLER = ": make it smaller"
MAX_PARTS = 100_000  # chunks, segments or blocks of one file; more is a denial-of-service attempt
MAX_SCANS = 50  # of a progressive JPEG; each costs a pass over the picture, and encoders write about ten

FILL = b"\xff\xff"  # fill bytes before a JPEG marker
APP1, SCAN = 0xE1, 0xDA
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
BMP_CORE = 12  # bytes of the oldest BMP header
ONE_BYTE = 255
CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}  # required PNG chunks
WIDTH, HEIGHT, BITS, ORIENTATION, SAMPLES = 256, 257, 258, 274, 277
TILE_WIDTH, TILE_HEIGHT = 322, 323


@dataclass(frozen=True)
class Header:
    """The header of a picture file.

    Attributes:
        format: `PNG`, `JPEG`, `GIF`, `BMP`, `TIFF`, `WebP` or `PNM`.
        width: pixels, before the orientation is applied.
        height: pixels, before the orientation is applied.
        orientation: EXIF 1 to 8; 1 if the decoder applies the orientation itself.
        frames: 1, or 2 for two or more.
    """

    format: str
    width: int
    height: int
    orientation: int = 1
    frames: int = 1


def read_header(data: bytes) -> Header:
    """Detect a picture's format by its content and read its header.

    Raises:
        UnreadableError: empty, cut short, too large, or not in a supported format.
    """
    if not data:
        raise UnreadableError("an empty file")
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"{len(data) / 2**20:.0f} MiB, at most {MAX_BYTES // 2**20}{SMALLER}")
    read = next((read for begin, read in _READERS.items() if re.match(begin, data, re.DOTALL)), None)
    if read is None:
        raise UnreadableError(name_unsupported(data), expected="PNG, JPEG, GIF, BMP, TIFF, WebP or PNM")
    try:
        header = read(data)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise UnreadableError("cut short") from error
    check_size(header.width, header.height)
    return header


def has_picture_signature(data: bytes) -> bool:
    """Return whether data start with the signature of a supported format."""
    return any(re.match(begin, data, re.DOTALL) for begin in _READERS)


def check_size(width: int, height: int) -> None:
    """Check a picture's size before memory is allocated for it.

    Raises:
        UnreadableError: a side is below 1 or above MAX_SIDE, or there are more than MAX_PIXELS pixels.
    """
    if min(width, height) < 1:
        raise UnreadableError(f"{width}x{height} pixels")
    if max(width, height) > MAX_SIDE:
        raise UnreadableError(f"{width}x{height} pixels, at most {MAX_SIDE} a side{SMALLER}")
    if width * height > MAX_PIXELS:
        raise UnreadableError(f"{width}x{height} pixels, at most {MAX_PIXELS // 10**6} million{SMALLER}")


def _png(data: bytes) -> Header:
    width, height = struct.unpack_from(">II", data, 16)
    orientation, frames, kinds = 1, 1, set[bytes]()
    for kind, begin, end in _chunks(data, 8, ">I4s", trailer=4):
        kinds.add(kind)
        if kind in CRITICAL and zlib.crc32(data[begin - 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise UnreadableError("damaged")
        if kind == b"eXIf":
            orientation = read_tags(data[begin:end]).get(ORIENTATION, [1])[0]
        elif kind == b"acTL":
            frames = min(struct.unpack_from(">I", data, begin)[0], 2)
        elif kind == b"IEND":
            break
    if not {b"IHDR", b"IDAT", b"IEND"} <= kinds:
        raise UnreadableError("cut short")
    return Header("PNG", width, height, orientation, max(frames, 1))


def _chunks(data: bytes, at: int, layout: str, trailer: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind, start and end (exclusive) of each chunk's content."""
    for _ in range(MAX_PARTS):
        if at >= len(data):
            return
        one, other = struct.unpack_from(layout, data, at)
        kind, length = (one, other) if isinstance(one, bytes) else (other, one)
        begin = at + 8
        if begin + length > len(data):
            raise UnreadableError("cut short")
        yield kind, begin, begin + length
        at = begin + length + trailer + (length % 2 if not trailer else 0)
    raise UnreadableError("damaged: too many parts")


def _jpeg(data: bytes) -> Header:
    at, orientation, size, several = 2, 1, None, False
    for _ in range(MAX_PARTS):
        while data[at : at + 2] == FILL:
            at += 1
        mark, length = struct.unpack_from(">xBH", data, at)
        content = data[at + 4 : at + 2 + length] if mark == APP1 else b""
        if content.startswith(b"Exif\0\0"):
            orientation = read_tags(content[6:]).get(ORIENTATION, [1])[0]
        elif mark in FRAMES:
            size = struct.unpack_from(">HHB", data, at + 5)
            several |= mark in PROGRESSIVE
        elif mark == SCAN:
            several |= size is not None and data[at + 4] < size[2]
            break
        at += 2 + length
    if size is None:
        raise UnreadableError("damaged: a JPEG without a frame")
    if data.rfind(b"\xff\xd9", at) < 0:
        raise UnreadableError("cut short")
    if several and data.count(b"\xff\xda", at) > MAX_SCANS:
        raise UnreadableError(f"damaged: a JPEG of more than {MAX_SCANS} scans")
    return Header("JPEG", size[1], size[0], orientation)


def _gif(data: bytes) -> Header:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at, frames = 13 + _palette(flags), 0
    for _ in range(MAX_PARTS):
        kind = data[at : at + 1]
        if kind == b"," and not frames:
            left, top, *size, flags = struct.unpack_from("<HHHHB", data, at + 1)
            width, height = max(width, left + size[0]), max(height, top + size[1])
            at, frames = _skip_blocks(data, at + 11 + _palette(flags)), 1
        elif kind == b"," or (kind in {b"", b";"} and frames):
            return Header("GIF", width, height, frames=2 if kind == b"," else 1)
        elif kind == b"!":
            at = _skip_blocks(data, at + 2)
        else:
            raise UnreadableError("cut short" if not kind else "damaged: a GIF without a frame")
    raise UnreadableError("damaged: too many parts")


def _palette(flags: int) -> int:
    return 3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0


def _skip_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _bmp(data: bytes) -> Header:
    offset, size = struct.unpack_from("<II", data, 10)
    layout = "<HHHH" if size == BMP_CORE else "<iiHH"
    width, height, _, bits = struct.unpack_from(layout, data, 18)
    packed = size != BMP_CORE and struct.unpack_from("<I", data, 30)[0] in {1, 2, 4, 5}
    header = Header("BMP", width, abs(height))
    check_size(header.width, header.height)
    if not packed and offset + (width * bits + 31) // 32 * 4 * (abs(height) - 1) + width * bits // 8 > len(data):
        raise UnreadableError("cut short")
    return header


def _tiff(data: bytes) -> Header:
    tags = read_tags(data)
    if WIDTH not in tags or HEIGHT not in tags:
        raise UnreadableError("cut short")
    width, height = tags[WIDTH][0], tags[HEIGHT][0]
    for inner in (tags.get(TILE_WIDTH), tags.get(TILE_HEIGHT)):
        if inner and inner[0] > MAX_SIDE:
            raise UnreadableError("damaged: a TIFF of too large tiles")
    if sum(tags.get(BITS, [1])[:1]) * tags.get(SAMPLES, [1])[0] > 8 * 64:
        raise UnreadableError("a TIFF of more than 64 bytes a pixel")
    return Header(
        "TIFF", width, height, frames=1 + has_more_pages(data)
    )  # OpenCV applies the orientation of a TIFF itself


def _webp(data: bytes) -> Header:
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise UnreadableError("cut short")
    size, orientation, frames = None, 1, 0
    for kind, begin, end in _chunks(data, 12, "<4sI"):
        if kind == b"EXIF":
            orientation = read_tags(data[begin:end].removeprefix(b"Exif\0\0")).get(ORIENTATION, [1])[0]
        elif kind == b"ANMF":
            frames += 1
        elif size is None:
            size = _webp_size(kind, data[begin : begin + 10])
    if size is None:
        raise UnreadableError("cut short")
    return Header("WebP", *size, orientation, 2 if frames > 1 else 1)


def _webp_size(kind: bytes, head: bytes) -> tuple[int, int] | None:
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", head, 1)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _pnm(data: bytes) -> Header:
    blank = rb"(?:\s|#[^\n]*\n)+"
    wanted = 2 if data[1:2] in b"14" else 3
    match = re.match(rb"P\d" + (blank + rb"(\d{1,9})") * wanted + rb"\s", data[:4096])
    if match is None:
        raise UnreadableError("cut short")
    width, height, *top = map(int, match.groups())
    row = {b"4": (width + 7) // 8, b"5": width, b"6": 3 * width}.get(data[1:2], 0)
    if match.end() + row * height * (2 if top and top[0] > ONE_BYTE else 1) > len(data):
        check_size(width, height)
        raise UnreadableError("cut short")
    return Header("PNM", width, height)


_READERS: dict[bytes, Callable[[bytes], Header]] = {
    rb"\x89PNG\r\n\x1a\n": _png,
    rb"\xff\xd8\xff": _jpeg,
    rb"GIF8[79]a": _gif,
    rb"BM.{4}\0{4}": _bmp,
    rb"II\*\0|MM\0\*": _tiff,
    rb"RIFF.{4}WEBP": _webp,
    rb"P[1-6]\s": _pnm,
}

"""The picture in a request: its whole body, or the one file of a form."""

from __future__ import annotations

import re

from inference.server.refusal import RefusalError

__all__ = ["picture_of"]

BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)  # RFC 2046: at most 70
FILE = re.compile(rb'^content-disposition:[^\r\n]*;\s*filename\*?="?([^"\r\n]*)', re.IGNORECASE | re.MULTILINE)
MOST_HEAD = 4096  # bytes of the headers of a part
MOST_PARTS = 16
EXPECTED = "one file, as `curl -F picture=@photo.jpg` sends it"


def picture_of(body: bytes, content_type: str) -> tuple[str, bytes]:
    """Return the name and the bytes of the picture in a request; a body that is no form is the picture.

    Args:
        body: of the request.
        content_type: its header; `application/x-www-form-urlencoded` is what curl calls any body.

    Raises:
        RefusalError: a form without exactly one file, or JSON.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        raise RefusalError(
            415,
            "/predict takes a picture file",
            found="JSON",
            expected="a PNG, JPEG, GIF, BMP, TIFF, WebP or PNM file",
            do="send arrays to /v1/models/digits:predict",
        )
    if kind != "multipart/form-data":
        return "-", body
    found = BOUNDARY.search(content_type)
    if not found:
        raise RefusalError(400, "the form has no boundary", found=content_type[:80], expected=EXPECTED)
    files = _files(body, (found[1] or found[2]).encode("latin-1", "replace"))
    if len(files) != 1:
        raise RefusalError(400, "the form has not exactly one file", found=f"{len(files)} files", expected=EXPECTED)
    return files[0]


def _files(body: bytes, boundary: bytes) -> list[tuple[str, bytes]]:
    """Return name and content of each part that has a file name (RFC 7578)."""
    opening, *parts = body.split(b"--" + boundary, MOST_PARTS + 1)
    if opening.strip() or not parts or len(parts) > MOST_PARTS:
        raise RefusalError(400, "the form is malformed", found=f"{len(parts)} parts", expected=EXPECTED)
    files: list[tuple[str, bytes]] = []
    for part in parts:
        head, blank, content = part.partition(b"\r\n\r\n")
        named = FILE.search(head[:MOST_HEAD])
        if blank and named:
            files.append((named[1].decode("utf-8", "replace"), content.removesuffix(b"\r\n")))
    return files

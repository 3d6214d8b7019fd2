"""The picture in a request: its whole body, or the one file of a form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from inference.server.refusal import RefusalError

__all__ = ["Upload", "upload_of"]

BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)  # RFC 2046: at most 70
FILE = re.compile(rb'^content-disposition:[^\r\n]*;\s*filename\*?="?([^"\r\n]*)', re.IGNORECASE | re.MULTILINE)
FIELD = re.compile(rb'^content-disposition:[^\r\n]*;\s*name="?([^";\r\n]*)', re.IGNORECASE | re.MULTILINE)
MOST_HEAD = 4096  # bytes of the headers of a part
MOST_PARTS = 16
MOST_FIELD = 80  # bytes of a field that is no file
EXPECTED = "one file, as `curl -F picture=@photo.jpg` sends it"


@dataclass(frozen=True)
class Upload:
    """What a request carries.

    Attributes:
        name: of the picture's file; - without one.
        picture: its bytes.
        fields: the other fields of a form, each cut to 80 bytes.
    """

    name: str
    picture: bytes
    fields: dict[str, str] = field(default_factory=dict[str, str])


def upload_of(body: bytes, content_type: str) -> Upload:
    """Return the picture in a request; a body that is no form is the picture.

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
            "this path takes a picture file",
            found="JSON",
            expected="a PNG, JPEG, GIF, BMP, TIFF, WebP or PNM file",
            do="send arrays to /v1/models/digits:predict",
        )
    if kind != "multipart/form-data":
        return Upload("-", body)
    found = BOUNDARY.search(content_type)
    if not found:
        raise RefusalError(400, "the form has no boundary", found=content_type[:80], expected=EXPECTED)
    return _form(body, (found[1] or found[2]).encode("latin-1", "replace"))


def _form(body: bytes, boundary: bytes) -> Upload:
    """Return the one part that has a file name, and the fields (RFC 7578)."""
    opening, *parts = body.split(b"--" + boundary, MOST_PARTS + 1)
    if opening.strip() or not parts or len(parts) > MOST_PARTS:
        raise RefusalError(400, "the form is malformed", found=f"{len(parts)} parts", expected=EXPECTED)
    files: list[tuple[str, bytes]] = []
    fields: dict[str, str] = {}
    for part in parts:
        head, blank, content = part.partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        if not blank:
            continue
        if named := FILE.search(head[:MOST_HEAD]):
            files.append((_text(named[1]), content))
        elif named := FIELD.search(head[:MOST_HEAD]):
            fields[_text(named[1])] = _text(content[:MOST_FIELD])
    if len(files) != 1:
        raise RefusalError(400, "the form has not exactly one file", found=f"{len(files)} files", expected=EXPECTED)
    return Upload(*files[0], fields)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")

"""Names of file types that cannot be read, so that the error says what the file is."""

from __future__ import annotations

import codecs
import re

__all__ = ["name_unsupported"]

SHORTEST = 8  # bytes: a shorter file is too short to identify
SAVE = ": save it as PNG or JPEG"

_FOREIGN = {
    rb".{4}ftyp(avif|avis)": f"an AVIF picture{SAVE}",
    rb".{4}ftyp(heic|heix|hevc|heim|heis|mif1|msf1)": f"a HEIC picture{SAVE}",
    rb".{4}ftyp": "a video",
    rb"\xff\x0a|.{4}JXL ": f"a JPEG XL picture{SAVE}",
    rb".{4}jP  |\xff\x4f\xff\x51": f"a JPEG 2000 picture{SAVE}",
    rb"\x00\x00\x01\x00[^\x00]\x00": f"a Windows icon{SAVE}",
    rb"8BPS": f"a Photoshop document{SAVE}",
    rb"II\+\x00|MM\x00\+": f"a BigTIFF picture{SAVE}",
    rb"v/1\x01": f"an OpenEXR picture{SAVE}",
    rb"P7\s|P[Ff]\s": f"a PAM or PFM picture{SAVE}",
    rb"%PDF": f"a PDF document{SAVE}",
    rb"PK\x03\x04": "a zip archive",
    rb"\x1f\x8b": "a gzip file",
    rb"RIFF": "a sound or video",
    rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg|<svg)": f"an SVG drawing{SAVE}",
    rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)": "a web page",
}


def name_unsupported(data: bytes) -> str:
    """Return what a file in no supported format is, as a complete reason of a few words."""
    head = data[:1024]
    for begin, name in _FOREIGN.items():
        if re.match(begin, head, re.DOTALL | re.IGNORECASE):
            return name
    if len(data) < SHORTEST:
        return "cut short"
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # incremental: a character may be cut at the end
    except UnicodeDecodeError:
        return "not a picture"
    return "a text file" if all(each.isprintable() or each.isspace() for each in text) else "not a picture"

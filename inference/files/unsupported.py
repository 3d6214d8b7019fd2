"""Names for files that are no picture we read, so that the reason says what was given."""

from __future__ import annotations

import codecs
import re

__all__ = ["name_foreign"]

SHORTEST = 8  # bytes: less tells nothing
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


def name_foreign(data: bytes) -> str:
    """Say what a file is that begins like none of the formats read here; a whole reason, in a few words."""
    head = data[:1024]
    for begin, name in _FOREIGN.items():
        if re.match(begin, head, re.DOTALL | re.IGNORECASE):
            return name
    if len(data) < SHORTEST:
        return "cut short"
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # the last letter may be cut in two
    except UnicodeDecodeError:
        return "not a picture"
    return "a text file" if all(each.isprintable() or each.isspace() for each in text) else "not a picture"

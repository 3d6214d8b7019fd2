"""Names for files that are no picture we read, so that the reason says what was given."""

from __future__ import annotations

import codecs
import re

__all__ = ["name_foreign"]

SHORTEST = 8  # bytes: less tells nothing

_FOREIGN = {
    rb".{4}ftyp(avif|avis)": "an AVIF picture",
    rb".{4}ftyp(heic|heix|hevc|heim|heis|mif1|msf1)": "a HEIC picture",
    rb".{4}ftyp": "a video",
    rb"\xff\x0a|.{4}JXL ": "a JPEG XL picture",
    rb".{4}jP  |\xff\x4f\xff\x51": "a JPEG 2000 picture",
    rb"\x00\x00\x01\x00[^\x00]\x00": "a Windows icon",
    rb"8BPS": "a Photoshop document",
    rb"II\+\x00|MM\x00\+": "a BigTIFF picture",
    rb"v/1\x01": "an OpenEXR picture",
    rb"P7\s|P[Ff]\s": "a PAM or PFM picture",
    rb"%PDF": "a PDF document",
    rb"PK\x03\x04": "a zip archive",
    rb"\x1f\x8b": "a gzip file",
    rb"RIFF": "a sound or video",
    rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg|<svg)": "an SVG drawing",
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

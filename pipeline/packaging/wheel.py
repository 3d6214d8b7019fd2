"""The inference side as a distribution of its own: schemas, inference and `import digits`, without TensorFlow."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from importlib.metadata import metadata, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["NAME", "REQUIRED", "build_wheel"]

NAME = "digits-inference"
ROOMS = ("digits", "inference", "schemas")
REQUIRED = (
    "ai-edge-litert>=2.3",
    "httptools>=0.8",
    "markdown-it-py>=3",
    "msgspec>=0.20",
    "numpy>=2.4",
    "opencv-python-headless>=5",
    "prometheus-client>=0.22",
    "pydantic-core>=2.41",
    "pyyaml>=6.0.3",
    "starlette>=1",
    "threadpoolctl>=3",
    "uvicorn>=0.50",
)
"""What reading pictures and serving import, with the bounds of `digits` itself."""
SCORING = "pyarrow>=25"
"""What scoring a folder imports on top of that."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold


def build_wheel(folder: Path) -> Path:
    """Write the wheel into a folder; the same source has the same bytes. Return its path."""
    release = version("digits")
    info = f"{NAME.replace('-', '_')}-{release}.dist-info"
    path = folder / f"{NAME.replace('-', '_')}-{release}-py3-none-any.whl"
    content = {name: data for room in ROOMS for name, data in _files(files(room), room)}
    content |= {
        f"{info}/METADATA": _metadata(release).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: digits package\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in sorted(content.items())]
    record = f"{info}/RECORD"
    content[record] = "\n".join([*rows, f"{record},,", ""]).encode()
    with zipfile.ZipFile(path, "w") as wheel:  # not compressed: the bytes would depend on the version of zlib
        for name, data in sorted(content.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o100644 << 16
            wheel.writestr(entry, data)
    return path


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each file of a room."""
    for each in folder.iterdir():
        if each.is_dir() and each.name != "__pycache__":
            yield from _files(each, f"{name}/{each.name}")
        elif each.is_file():
            yield f"{name}/{each.name}", each.read_bytes()


def _metadata(release: str) -> str:
    whole = metadata("digits")
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {NAME}",
        f"Version: {release}",
        "Summary: Read handwritten digits with a model of digits: the inference side alone, without TensorFlow.",
        "License-Expression: MIT",
        f"Requires-Python: {whole['Requires-Python']}",
        *(f"Requires-Dist: {each}" for each in REQUIRED),
        "Provides-Extra: score",
        f'Requires-Dist: {SCORING}; extra == "score"',
    ]
    return "\n".join([*lines, "", ""])


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()

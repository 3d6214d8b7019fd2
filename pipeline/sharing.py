"""Store a large file once, however many versions contain it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from schemas.manifest import FileEntry, Manifest, hash_file

__all__ = ["share_files"]

LEAST = 50_000  # bytes: smaller files are not worth the search
SEARCHED = 20  # newest versions of each output


def share_files(folder: Path, files: Mapping[str, FileEntry], store: Path) -> None:
    """Replace the large files of an output, before it is sealed, by hard links to equal files that are sealed already.

    A sealed file is hashed before it is linked. Where the file system has no hard links, the files stay as they are.

    Args:
        folder: of the output.
        files: its files and their hashes.
        store: the folder of all stages' outputs.
    """
    wanted = {entry.sha256: name for name, entry in files.items() if entry.size >= LEAST}
    for version in _newest_versions(store) if wanted else ():
        manifest = Manifest.read(version)
        for name, entry in manifest.files.items() if manifest else ():
            if entry.sha256 in wanted and _link(version / name, entry, folder / wanted[entry.sha256]):
                del wanted[entry.sha256]


def _newest_versions(store: Path) -> Iterator[Path]:
    for output in sorted(store.glob("*/*")):
        yield from sorted(output.glob("v*"), reverse=True)[:SEARCHED]


def _link(sealed: Path, entry: FileEntry, file: Path) -> bool:
    """Replace a file by a link to a sealed one, atomically; return whether that worked.

    Raises:
        OSError: the draft of the link cannot be removed; the artifact must not be sealed with it.
    """
    draft = file.with_name(f".{file.name}.link")
    try:
        with suppress(OSError):
            if hash_file(sealed) != entry.sha256:
                return False
            draft.unlink(missing_ok=True)
            os.link(sealed, draft)
            draft.replace(file)
            return True
        return False
    finally:
        draft.unlink(missing_ok=True)  # a full quota refused the rename, or the file was that link already

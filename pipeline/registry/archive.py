"""A bundle that travels, as a file or a folder: written with the same bytes each time, read without trusting it."""

from __future__ import annotations

import hashlib
import shutil
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from inference.model.bundle import read_manifest
from inference.model.pinned import check_content
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.formats import FORMATS, formats_in
from schemas.errors import InputError, UsageError
from schemas.manifest import MANIFEST, FileEntry, Manifest, drafted, list_files

__all__ = ["read_archive", "read_folder", "write_archive"]

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can state
REGULAR = stat.S_IFREG | 0o644
MOST_FILES, MOST_BYTES = 1_000, 2**28
COMPRESSED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def write_archive(bundle: Path, to: Path, formats: Sequence[str] = (), content: str = "") -> list[str]:
    """Write a bundle as a zip file: the same bundle and formats produce the same bytes.

    Args:
        bundle: folder of the bundle, or a link to it.
        to: the file; it is replaced if it exists.
        formats: names of the formats to include; all of them if there is none. LiteRT is always included.
        content: the content digest that the bundle must have; '' for any.

    Returns:
        The names of the included formats.

    Raises:
        InputError: not a bundle, or it is damaged or has another digest.
        UsageError: the bundle lacks a format.
    """
    bundle = bundle.resolve()
    manifest = read_manifest(bundle)
    check_content(manifest.content, content, str(bundle))
    if damaged := sorted(manifest.damage(bundle)):
        raise _not_exported(bundle, ", ".join(damaged))
    present = formats_in(bundle)
    if missing := sorted(set(formats) - set(present)):
        raise UsageError(
            f"{bundle.name} has no {', '.join(missing)}",
            found=", ".join(present),
            do=f"digits run --set 'export.formats=[{', '.join([*present, *missing])}]' makes one that has",
        )
    chosen = [name for name in present if name in formats or name == "litert" or not formats]
    files = {name: entry for name, entry in manifest.files.items() if _format_of(name) in {None, *chosen}}
    top = f"digits-{manifest.content[:8]}"
    with drafted(to) as draft, zipfile.ZipFile(draft, "w") as archive:
        _add(archive, f"{top}/{MANIFEST}", manifest.changed(files=files).to_document().encode())
        for name in sorted(files):
            data = (bundle / name).read_bytes()
            if hashlib.sha256(data).hexdigest() != files[name].sha256:  # it has changed since
                raise _not_exported(bundle, name)
            _add(archive, f"{top}/{name}", data)
    return chosen


def _not_exported(bundle: Path, damaged: str) -> InputError:
    return InputError(f"{bundle.name} is damaged and is not exported", found=damaged, do="digits verify")


def read_archive(file: Path, folder: Path) -> Manifest:
    """Unpack a zip file of a bundle into an empty folder, and return its manifest.

    Whatever the file holds, nothing is written outside the folder, nothing but regular files is made, and no more
    than 256 MiB. On an error the folder may hold some of the files.

    Raises:
        InputError: not a zip file of a bundle, or a file in it differs from its checksum.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = _entries(file, archive)
            return _unpack(file, archive, entries, folder)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, OSError) and error.filename:
            raise InputError(f"{file} cannot be read", found=error.strerror or str(error)) from error
        raise _bad(file, str(error) or type(error).__name__) from error


def read_folder(source: Path, folder: Path) -> Manifest:
    """Copy the folder of a bundle into an empty one, and return its manifest; every file is compared with its hash.

    Only regular files are read, those that the manifest lists, and no more than 256 MiB.

    Raises:
        InputError: not a bundle, or a file is missing, too large, a link, added, or differs from its hash.
    """
    manifest = read_manifest(source)
    if len(manifest.files) > MOST_FILES or sum(each.size for each in manifest.files.values()) > MOST_BYTES:
        raise _bad(source, f"more than {MOST_FILES:,} files or {MOST_BYTES // 2**20} MiB")
    for name, entry in manifest.files.items():
        path = source / name
        if path.is_symlink() or not path.is_file() or path.stat().st_size != entry.size:
            raise _damaged(source, name)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    added = (name for name in list_files(source) if name not in manifest.files)
    if (name := next(iter(manifest.damage(folder)), None) or next(added, None)) is not None:
        raise _damaged(source, name)
    (folder / MANIFEST).write_text(manifest.to_document(), encoding="utf-8")
    return manifest


def _damaged(source: Path, name: str) -> InputError:
    return InputError(f"{source} is damaged", found=f"{name} has another checksum", do="get the folder again")


def _format_of(name: str) -> str | None:
    """Return the format that a file of a bundle belongs to; None if it belongs to all."""
    found = (form for form, each in FORMATS.items() if PurePosixPath(name).is_relative_to(each.path))
    return next(found, None)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr, entry.create_system = REGULAR << 16, 3  # Unix, on any system
    archive.writestr(entry, content, zipfile.ZIP_STORED)  # other versions of zlib would give other bytes


def _bad(file: Path, found: str) -> InputError:
    return InputError(
        f"{file} is not a model that digits has exported", found=found, do="digits export --to FILE.zip writes one"
    )


def _entries(file: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by their path below the top folder.

    Raises:
        InputError: an entry is not a regular file below one top folder, or they are too many or too large.
    """
    infos = archive.infolist()
    if len(infos) > MOST_FILES or sum(each.file_size for each in infos) > MOST_BYTES:
        raise _bad(file, f"more than {MOST_FILES:,} files or {MOST_BYTES // 2**20} MiB")
    entries: dict[str, zipfile.ZipInfo] = {}
    top = infos[0].filename.partition("/")[0] if infos else ""
    for info in infos:
        path = PurePosixPath(info.filename)
        kind = stat.S_IFMT(info.external_attr >> 16)
        plain = kind in {0, stat.S_IFREG} and not info.flag_bits & 1 and info.compress_type in COMPRESSED
        parts = info.filename.split("/")
        safe = len(parts) > 1 and parts[0] == top and not {"", ".", ".."} & set(parts)
        if not plain or not safe or any(character in info.filename for character in "\\:\0"):
            raise _bad(file, f"{info.filename!r}, which is no regular file below one folder")
        name = str(PurePosixPath(*path.parts[1:]))
        if name in entries:
            raise _bad(file, f"{info.filename!r} twice")
        entries[name] = info
    return entries


def _unpack(file: Path, archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], folder: Path) -> Manifest:
    if MANIFEST not in entries:
        raise _bad(file, f"no {MANIFEST}")
    text = archive.read(entries.pop(MANIFEST))
    try:
        manifest = Manifest.from_json(text)
    except ValueError as error:
        raise _bad(file, f"a {MANIFEST} that cannot be read: {error}") from error
    if manifest.type != Bundle.__name__:
        raise _bad(file, f"an artifact of type {manifest.type}")
    lacking = sorted({*manifest.files, *Bundle.CONTENT_FILES} - set(entries))
    added = sorted(set(entries) - set(manifest.files))
    if lacking or added:
        raise _bad(file, f"no {', '.join(lacking)}" if lacking else f"{', '.join(added)}, not in its {MANIFEST}")
    for name, info in entries.items():
        _extract(file, archive, info, folder / name, manifest.files[name])
    if Bundle.content(folder, manifest.files) != manifest.content:
        raise _bad(file, "another content digest than its files have")
    (folder / MANIFEST).write_bytes(text)
    return manifest


def _extract(file: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, to: Path, entry: FileEntry) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as source, to.open("xb") as target:
        shutil.copyfileobj(source, target)
    with to.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    if digest != entry.sha256:
        raise InputError(f"{file} is damaged", found=f"{info.filename} has another checksum", do="get the file again")

"""A model in one file: the same bytes each time, and nothing but a bundle is taken in."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from pipeline.registry.archive import read_archive, write_archive
from pipeline.registry.imported import import_bundle
from pipeline.store import Store
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.formats import formats_in
from schemas.errors import InputError, UsageError
from schemas.manifest import Manifest, hash_files
from tests.samples import seal


@pytest.fixture
def file(bundle: Path, tmp_path: Path) -> Path:
    """Return the sealed bundle as a file."""
    write_archive(bundle, tmp_path / "model.zip")
    return tmp_path / "model.zip"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    (tmp_path / "inside" / "folder").mkdir(parents=True)
    return tmp_path / "inside" / "folder"


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write the file again after a change of its files, by their names below the top folder."""
    with ZipFile(file) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    change(files)
    with ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"top/{name}", content)
    return file


def with_entry(file: Path, entry: ZipInfo, content: bytes = b"") -> Path:
    """Add an entry to the file."""
    with ZipFile(file, "a") as archive:
        archive.writestr(entry, content)
    return file


def entry(name: str, kind: int = stat.S_IFREG) -> ZipInfo:
    """Return an entry of a kind of file."""
    made = ZipInfo("x")
    made.filename, made.external_attr = name, (kind | 0o644) << 16
    return made


def test_the_same_bundle_gives_the_same_bytes(bundle: Path, file: Path, tmp_path: Path) -> None:
    """Written again, from a copy with other times and another name, the file has the same bytes."""
    copied = Path(shutil.copytree(bundle, tmp_path / "v0099-12345678"))
    (copied / "labels.json").touch()
    write_archive(copied, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes()


def test_what_is_unpacked_is_the_bundle(bundle: Path, file: Path, folder: Path) -> None:
    """The folder has the files and the manifest of the bundle."""
    assert read_archive(file, folder) == Manifest.read(bundle)
    assert hash_files(folder) == hash_files(bundle)
    assert list(folder.parent.iterdir()) == [folder]


def test_a_file_has_the_formats_that_are_asked_for(bundle: Path, tmp_path: Path, folder: Path) -> None:
    """Formats that are not named are left out, LiteRT never, and the content digest stays."""
    copied = Path(shutil.copytree(bundle, tmp_path / "copied"))
    (copied / "model.onnx").write_bytes(b"onnx")
    (copied / "saved_model" / "1").mkdir(parents=True)
    (copied / "saved_model" / "1" / "saved_model.pb").write_bytes(b"graph")
    seal(Bundle, copied)
    assert write_archive(copied, tmp_path / "some.zip", ["onnx"]) == ["litert", "onnx"]
    manifest = read_archive(tmp_path / "some.zip", folder)
    assert formats_in(folder) == ["litert", "onnx"]
    assert manifest.content == Bundle(bundle).digest
    assert not any(manifest.damage(folder))


def test_a_format_that_is_not_there_is_named(bundle: Path, tmp_path: Path) -> None:
    """A format that the bundle lacks is a UsageError that says how to get it, and no file is written."""
    with pytest.raises(UsageError, match="has no onnx") as caught:
        write_archive(bundle, tmp_path / "model.zip", ["onnx"])
    assert "export.formats=[litert, onnx]" in caught.value.do
    assert not list(tmp_path.iterdir())


def test_a_damaged_bundle_is_not_exported(bundle: Path, tmp_path: Path) -> None:
    """A bundle with a changed file is an InputError that names it."""
    copied = Path(shutil.copytree(bundle, tmp_path / "copied"))
    (copied / "README.md").chmod(0o644)
    (copied / "README.md").write_text("better")
    with pytest.raises(InputError, match="is damaged") as caught:
        write_archive(copied, tmp_path / "model.zip")
    assert caught.value.found == "README.md"


@pytest.mark.parametrize(
    "name",
    ["../outside", "top/../../outside", "/outside", "top//outside", "top/./outside", "top\\outside", "C:outside"],
)
def test_a_path_that_leads_elsewhere_is_refused(file: Path, folder: Path, name: str) -> None:
    """An entry whose path is not plainly below the top folder is refused, and nothing is written anywhere else."""
    before = sorted(file.parent.rglob("*"))
    with pytest.raises(InputError, match="is not a model") as caught:
        read_archive(with_entry(file, entry(name)), folder)
    assert "no regular file below one folder" in caught.value.found
    assert sorted(file.parent.rglob("*")) == before


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR])
def test_what_is_no_regular_file_is_refused(file: Path, folder: Path, kind: int) -> None:
    """A link, a device, a pipe, a socket and a folder are refused."""
    top = ZipFile(file).namelist()[0].partition("/")[0]
    with pytest.raises(InputError, match="is not a model"):
        read_archive(with_entry(file, entry(f"{top}/link", kind), b"/etc/passwd"), folder)
    assert not list(folder.iterdir())


def test_a_bomb_is_refused(file: Path, folder: Path) -> None:
    """A file that would unpack to more than 256 MiB is refused before anything is written."""
    with ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("top/zeros", "w") as zeros:
        for _ in range(257):
            zeros.write(bytes(2**20))
    with pytest.raises(InputError) as caught:
        read_archive(file, folder)
    assert "256 MiB" in caught.value.found
    assert not list(folder.iterdir())


def test_too_many_files_are_refused(file: Path, folder: Path) -> None:
    """More than 1,000 files are refused."""

    def add(files: dict[str, bytes]) -> None:
        files.update({f"{number}.txt": b"" for number in range(1000)})

    with pytest.raises(InputError) as caught:
        read_archive(rewritten(file, add), folder)
    assert "1,000 files" in caught.value.found


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("manifest.json", None, "no manifest.json"),
        ("model.tflite", None, "no model.tflite"),
        ("more.txt", b"", "more.txt, not in its manifest.json"),
        ("labels.json", b"[]", "labels.json has another checksum"),
        ("manifest.json", b"{}", "a manifest.json that cannot be read"),
        ("manifest.json", b"\xff", "a manifest.json that cannot be read"),
        ("manifest.json", b'{"type": "Model", "content": "", "files": {}}', "an artifact of type Model"),
    ],
)
def test_another_content_is_refused(file: Path, folder: Path, name: str, content: bytes | None, found: str) -> None:
    """A missing, added or changed file is refused and named."""

    def change(files: dict[str, bytes]) -> None:
        files.pop(name, None)
        if content is not None:
            files[name] = content

    with pytest.raises(InputError) as caught:
        read_archive(rewritten(file, change), folder)
    assert found in caught.value.found


def test_another_content_digest_is_refused(file: Path, folder: Path) -> None:
    """A manifest whose content digest is not that of its files is refused."""

    def change(files: dict[str, bytes]) -> None:
        manifest = Manifest.from_json(files["manifest.json"])
        files["manifest.json"] = manifest.changed(content="0" * 64).to_document().encode()

    with pytest.raises(InputError) as caught:
        read_archive(rewritten(file, change), folder)
    assert caught.value.found == "another content digest than its files have"


def test_an_entry_that_comes_twice_is_refused(file: Path, folder: Path) -> None:
    """Two entries of one name are refused."""
    name = ZipFile(file).namelist()[-1]
    with pytest.warns(UserWarning, match="Duplicate name"):
        with_entry(file, entry(name))
    with pytest.raises(InputError) as caught:
        read_archive(file, folder)
    assert caught.value.found.endswith(" twice")


@pytest.mark.parametrize("share", [0, 0.3, 0.9, 0.999])
def test_a_cut_file_is_refused(file: Path, folder: Path, share: float) -> None:
    """A file that ends early is refused."""
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError):
        read_archive(file, folder)


@pytest.mark.parametrize("place", range(0, 50, 7))
def test_a_flipped_bit_is_refused(file: Path, folder: Path, place: int) -> None:
    """A file with one flipped bit is refused, or what is unpacked is still the bundle."""
    content = bytearray(file.read_bytes())
    content[len(content) * place // 50] ^= 4
    file.write_bytes(content)
    try:
        manifest = read_archive(file, folder)
    except InputError:
        return
    assert not any(manifest.damage(folder))


def test_another_file_is_refused(tmp_path: Path, folder: Path) -> None:
    """Text, and an empty zip file, are refused."""
    (tmp_path / "text.zip").write_text("digits")
    empty = io.BytesIO()
    ZipFile(empty, "w").close()
    (tmp_path / "empty.zip").write_bytes(empty.getvalue())
    for name in ("text.zip", "empty.zip"):
        with pytest.raises(InputError, match="is not a model"):
            read_archive(tmp_path / name, folder)


def test_an_imported_model_is_in_the_store(bundle: Path, file: Path, tmp_path: Path) -> None:
    """It is published as `imported`, sealed, with the content of the original; nothing is left in staging."""
    artifacts = tmp_path / "artifacts"
    made = import_bundle(file, Store(artifacts))
    content = Bundle(bundle).digest
    assert (made.path, made.content) == (f"store/imported/bundle/v0001-{content[:8]}", content)
    manifest = Manifest.read(artifacts / made.path)
    assert manifest is not None
    assert not any(manifest.damage(artifacts / made.path))
    assert not list((artifacts / ".staging").iterdir())


def test_imported_again_it_is_the_same(file: Path, tmp_path: Path) -> None:
    """A second import finds the first, and adds nothing."""
    store = Store(tmp_path / "artifacts")
    assert import_bundle(file, store) == import_bundle(file, store)
    assert len(list((store.artifacts / "store" / "imported" / "bundle").iterdir())) == 1


def test_a_refused_file_leaves_nothing(file: Path, tmp_path: Path) -> None:
    """After a file that is refused the store has no new version and staging is empty."""
    store = Store(tmp_path / "artifacts")
    with pytest.raises(InputError):
        import_bundle(rewritten(file, lambda files: files.update({"labels.json": b"[]"})), store)
    assert not list(store.artifacts.rglob("v*-*"))
    assert not list((store.artifacts / ".staging").iterdir())


def test_more_formats_of_an_imported_model_are_said(bundle: Path, file: Path, tmp_path: Path) -> None:
    """The same model with another format than the one imported is an InputError that says what to do."""
    store = Store(tmp_path / "artifacts")
    imported = import_bundle(file, store)
    copied = Path(shutil.copytree(bundle, tmp_path / "copied"))
    (copied / "model.onnx").write_bytes(b"onnx")
    seal(Bundle, copied)
    write_archive(copied, tmp_path / "more.zip")
    with pytest.raises(InputError, match="imported before, without onnx") as caught:
        import_bundle(tmp_path / "more.zip", store)
    shutil.rmtree(store.artifacts / imported.path)
    assert str(store.artifacts / imported.path) in caught.value.do
    assert formats_in(store.artifacts / import_bundle(tmp_path / "more.zip", store).path) == ["litert", "onnx"]

"""`digits export-run` and `digits import-run`: a run in one file."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.history import read_runs
from pipeline.housekeeping.hand_over import export_run, import_run
from schemas.errors import InputError
from tests.project import Project, toy_project

RUN = "20260101T100000.000Z-aaaa"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Project:
    """Return another project with the same stages, in which nothing has run."""
    return toy_project(tmp_path / "elsewhere")


def _exported(project: Project, to: Path) -> Path:
    export_run(project.artifacts, next(read_runs(project.artifacts)), to)
    return to


def test_a_run_can_be_proven_elsewhere(ran: Project, elsewhere: Project, tmp_path: Path) -> None:
    """A run that was handed over verifies, can be proven, and its stages are unchanged in a run with its settings."""
    ran.digits("export-run", "latest", "--to", str(tmp_path / "run.tar"))
    name = elsewhere.digits("import-run", str(tmp_path / "run.tar")).stdout.strip()
    assert name == ran.json("show")["run"]
    elsewhere.digits("verify")
    assert "is proven: 4 artifacts" in elsewhere.digits("prove", name).stdout
    assert set(elsewhere.outcomes().values()) == {"unchanged"}


def test_the_same_run_gives_the_same_bytes(ran: Project, tmp_path: Path) -> None:
    """The file has no times and no owners."""
    first, second = (_exported(ran, tmp_path / name).read_bytes() for name in ("first.tar", "second.tar"))
    assert first == second


def test_a_second_import_changes_nothing(ran: Project, elsewhere: Project, tmp_path: Path) -> None:
    """What is there already stays as it is."""
    file = _exported(ran, tmp_path / "run.tar")
    import_run(file, elsewhere.artifacts)
    before = sorted(elsewhere.artifacts.rglob("*"))
    import_run(file, elsewhere.artifacts)
    assert sorted(elsewhere.artifacts.rglob("*")) == before


def test_a_run_that_is_here_is_said_to_be(ran: Project, elsewhere: Project, tmp_path: Path) -> None:
    """The first import names what it adds; the second adds nothing, says so, and ends with 0."""
    file = str(_exported(ran, tmp_path / "run.tar"))
    first, second = elsewhere.json("import-run", file), elsewhere.json("import-run", file)
    assert (first["was_here"], f"runs/{first['run']}" in first["added"]) == (False, True)
    assert (second["was_here"], second["added"], second["run"]) == (True, [], first["run"])
    said = elsewhere.digits("import-run", file)
    assert (said.stdout.strip(), "already here: nothing was added" in said.stderr) == (first["run"], True)


def test_parts_of_a_run_that_are_gone_come_back(ran: Project, elsewhere: Project, tmp_path: Path) -> None:
    """An import of a run that is here in part says so, and makes it whole."""
    file = str(_exported(ran, tmp_path / "run.tar"))
    elsewhere.digits("import-run", file)
    [version] = elsewhere.artifacts.glob("store/say/text/v*")
    shutil.rmtree(version)
    said = elsewhere.digits("import-run", file)
    assert "already here, but 1 of its parts were gone and are back" in said.stderr
    elsewhere.digits("verify")


def test_a_damaged_run_is_not_exported(ran: Project, tmp_path: Path) -> None:
    """A damaged artifact is named, and no file is written."""
    [file] = ran.artifacts.glob("store/say/text/*/text.txt")
    file.chmod(0o644)
    file.write_text("spoilt")
    failed = ran.digits("export-run", "latest", "--to", str(tmp_path / "run.tar"), status=4)
    assert "store/say/text/" in failed.stderr
    assert not (tmp_path / "run.tar").exists()


def test_every_flipped_byte_of_an_artifact_is_found(ran: Project, elsewhere: Project, tmp_path: Path) -> None:
    """A file in which a byte of an artifact or of a record of it changed is refused, and nothing of it is taken."""
    data = bytearray(_exported(ran, tmp_path / "run.tar").read_bytes())
    with tarfile.open(tmp_path / "run.tar") as archive:
        places = [each for each in archive.getmembers() if each.name.startswith("store/") and each.size]
    for member in places:
        spoilt = bytearray(data)
        spoilt[member.offset_data] ^= 1
        (tmp_path / "spoilt.tar").write_bytes(spoilt)
        with pytest.raises(InputError):
            import_run(tmp_path / "spoilt.tar", elsewhere.artifacts)
    assert len(places) > 10
    assert [path.name for path in elsewhere.artifacts.iterdir()] == [".staging"]
    assert list((elsewhere.artifacts / ".staging").iterdir()) == []


def _link(archive: tarfile.TarFile, kind: bytes) -> None:
    entry = tarfile.TarInfo(f"runs/{RUN}/run.json")
    entry.type, entry.linkname = kind, "/etc/passwd"
    archive.addfile(entry)


def _add(archive: tarfile.TarFile, name: str, content: bytes = b"{}") -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _twice(archive: tarfile.TarFile) -> None:
    for _ in range(2):
        _add(archive, f"runs/{RUN}/run.json")


def _sparse(archive: tarfile.TarFile) -> None:
    entry = tarfile.TarInfo(f"runs/{RUN}/log.jsonl")
    entry.type = tarfile.GNUTYPE_SPARSE
    archive.addfile(entry)


def _huge(archive: tarfile.TarFile) -> None:
    entry = tarfile.TarInfo(f"runs/{RUN}/log.jsonl")
    entry.size = 2**40
    assert archive.fileobj
    archive.fileobj.write(entry.tobuf())


HOSTILE: dict[str, Callable[[tarfile.TarFile], None]] = {
    "traversal": lambda archive: _add(archive, "../escaped"),
    "traversal below a version": lambda archive: _add(archive, "store/say/text/v0001-00000000/../../../escaped"),
    "absolute": lambda archive: _add(archive, "/tmp/escaped"),  # noqa: S108
    "champion": lambda archive: _add(archive, "champion"),
    "history": lambda archive: _add(archive, "promotions.jsonl"),
    "a cache": lambda archive: _add(archive, ".stat.json"),
    "symbolic link": lambda archive: _link(archive, tarfile.SYMTYPE),
    "hard link": lambda archive: _link(archive, tarfile.LNKTYPE),
    "device": lambda archive: _link(archive, tarfile.CHRTYPE),
    "pipe": lambda archive: _link(archive, tarfile.FIFOTYPE),
    "sparse": _sparse,
    "twice": _twice,
    "huge": _huge,
    "no run": lambda archive: _add(archive, f"store/say/executions/{'0' * 64}-{RUN}.json"),
    "not a record": lambda archive: _add(archive, f"runs/{RUN}/run.json", b"nonsense"),
    "another run's record": lambda archive: _add(archive, f"runs/{RUN}/run.json", json.dumps({"run": "x"}).encode()),
    "a version without a manifest": lambda archive: _add(archive, "store/say/text/v0001-00000000/text.txt"),
    "empty": lambda archive: None,  # noqa: ARG005
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_changes_nothing(kind: str, elsewhere: Project, tmp_path: Path) -> None:
    """A file with anything but regular files where those of a run belong is refused, and nothing of it stays."""
    with tarfile.open(tmp_path / "hostile.tar", "w") as archive:
        HOSTILE[kind](archive)
    with pytest.raises(InputError):
        import_run(tmp_path / "hostile.tar", elsewhere.artifacts)
    assert not list(tmp_path.rglob("escaped"))
    assert [path for path in elsewhere.artifacts.rglob("*") if path.name != ".staging"] == []


@pytest.mark.parametrize("content", [b"", b"nothing", b"\x1f\x8b" + bytes(100)])
def test_what_is_no_archive_is_refused(content: bytes, elsewhere: Project, tmp_path: Path) -> None:
    """A file of another kind, or a compressed one, is refused with what to do."""
    (tmp_path / "file").write_bytes(content)
    failed = elsewhere.digits("import-run", str(tmp_path / "file"), status=4)
    assert "digits export-run RUN --to FILE writes one" in failed.stderr

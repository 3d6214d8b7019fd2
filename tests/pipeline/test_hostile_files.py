"""Files that would do harm if a parser opened them: each is refused before, and leaves nothing behind."""

from __future__ import annotations

import base64
import io
import json
import marshal
import pickle
import resource
import shutil
import struct
import tarfile
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest

from components.sources.arrays.npz import read_npz
from components.sources.arrays.parquet import read_parquet
from components.sources.source_settings import SourceEntry
from inference.model.bundle import LoadedBundle, read_manifest
from inference.model.reader import Reader
from inference.model.selftest import UNREGISTERED, selftest
from pipeline.housekeeping.hand_over import import_run
from pipeline.registry.archive import read_archive
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.model import Model
from schemas.errors import InputError
from schemas.manifest import MANIFEST, Manifest, hash_files
from schemas.records.run import RunRecord, StageRecord
from tests.samples import seal

RUN = "20260101T000000.000Z-0000"
VERSION = "store/say/text/v0001-00000000"
MOST = 300_000  # kB of memory more than before the tests of this file
HUGE = 2**40


class Pickled:
    """What a pickle can do: call anything."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        """Open the canary for writing."""
        return open, ("canary", "w")


def _keras(layer: object, **members: bytes) -> bytes:
    """Return a .keras file with one layer."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        config = {"class_name": "Sequential", "module": "keras", "config": {"name": "a", "layers": [layer]}}
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.0"}))
        archive.writestr("config.json", json.dumps(config))
        for name, content in ({"model.weights.h5": b"\x89HDF\r\n\x1a\n"} | members).items():
            archive.writestr(name, content)
    return file.getvalue()


def _call(module: str, name: str, config: object) -> bytes:
    """Return a .keras file whose layer is something else that can be called."""
    return _keras({"module": module, "class_name": name, "config": config, "registered_name": name})


def _code() -> str:
    return base64.b64encode(marshal.dumps(compile("open('canary', 'w')", "a", "eval"))).decode()


MODELS: dict[str, tuple[str, bytes]] = {
    "a Lambda layer": ("model.keras", _call("keras.layers", "Lambda", {"function": {"config": {"code": _code()}}})),
    "get_file": ("model.keras", _call("keras.utils", "get_file", {"fname": "canary", "origin": "file:///dev/zero"})),
    "a function of os": ("model.keras", _call("os", "system", "touch canary")),
    "a builtin": ("model.keras", _call("builtins", "exec", "open('canary', 'w')")),
    "a TFSMLayer": ("model.keras", _call("keras.layers", "TFSMLayer", {"filepath": "/dev/shm"})),  # noqa: S108
    "a name that leads out": ("model.keras", _keras({}, **{"../../canary": b"escaped"})),
    "a bomb of shapes": ("model.keras", _call("keras.layers", "InputLayer", {"batch_shape": [HUGE, HUGE]})),
    "a bomb of units": ("model.keras", _call("keras.layers", "Dense", {"units": HUGE})),
    "a bomb of zeros": ("model.keras", _keras({}, zeros=bytes(20_000_000))),
    "weights that link elsewhere": ("model.keras", _keras({}, **{"model.weights.h5": b"\x89HDF\r\n\x1a\n/etc/passwd"})),
    "a pickle for a network": ("model.keras", pickle.dumps(Pickled())),
    "a pickle for labels": ("labels.json", pickle.dumps(Pickled())),
    "a graph that writes a file": ("saved_model/1/saved_model.pb", b"\x08\x01\x12\x09WriteFile\x12\x06canary"),
    "a fingerprint of another graph": ("saved_model/1/fingerprint.pb", b"\x08\xff\xff\xff\xff\xff\x01"),
    "a table of offsets that leads out": ("model.tflite", b"\xff\xff\xff\x7fTFL3" + b"\xff" * 64),
    "an empty network": ("model.tflite", b""),
    "an 8-bit network of another kind": ("model_int8.tflite", b"\x10\x00\x00\x00TFL3" + bytes(64)),
    "a graph with data elsewhere": ("model.onnx", b"\x08\x0a:\x1e\x0a\x08location\x12\x12../../../../canary"),
    "a graph with a bomb of sizes": ("model.onnx", b"\x08\x0a*\x0c\x08" + b"\xff" * 9 + b"\x01"),
}
MANIFESTS: dict[str, str] = {
    "a file above": '{"type": "Bundle", "content": "0", "files": {"../a": {"sha256": "0", "size": 1}}}',
    "a file of the machine": '{"type": "Bundle", "content": "0", "files": {"/dev/zero": {"sha256": "0", "size": 1}}}',
    "a file far above": '{"type": "Bundle", "content": "0", "files": {"a/../../b": {"sha256": "0", "size": 1}}}',
    "a name with a zero byte": '{"type": "Bundle", "content": "0", "files": {"a\\u0000b": {"sha256": "0", "size": 1}}}',
    "the manifest itself": '{"type": "Bundle", "content": "0", "files": {"manifest.json": {"sha256": "0", "size": 1}}}',
    "a size that is no number": '{"type": "Bundle", "content": "0", "files": {"a": {"sha256": "0", "size": NaN}}}',
    "a size beyond all": '{"type": "Bundle", "content": "0", "files": {"a": {"sha256": "0", "size": 1e999}}}',
    "a bomb of brackets": "[" * 1_000_000,
    "another type": '{"type": "os.system", "content": "0", "files": {}}',
    "a field more": '{"type": "Bundle", "content": "0", "files": {}, "run": "touch canary"}',
    "a newer version": '{\n  "schema": 999,\n  "type": "Bundle"\n}\n',
}


@pytest.fixture(autouse=True)
def bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Work in an empty folder; after the test there is no canary in or above it, and memory has not grown much."""
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert [*tmp_path.rglob("*canary*"), *tmp_path.parent.glob("*canary*")] == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST


@pytest.fixture
def copied(bundle: Path, tmp_path: Path) -> Path:
    """Return a copy of the sealed bundle that can be changed."""
    shutil.copytree(bundle.resolve(), tmp_path / "copied", copy_function=shutil.copyfile)
    return tmp_path / "copied"


@pytest.mark.parametrize("kind", MODELS)
def test_a_file_that_differs_from_its_hash_is_not_opened(kind: str, copied: Path) -> None:
    """A model's file that is not the sealed one is named, and no format is run, even if all are asked for."""
    name, content = MODELS[kind]
    (copied / name).parent.mkdir(parents=True, exist_ok=True)
    (copied / name).write_bytes(content)
    found = selftest(copied, every=True, registered=True)
    assert (found.damaged, found.formats) == ([name], [])


def test_a_bundle_that_no_store_knows_runs_litert_alone(copied: Path) -> None:
    """In a bundle from elsewhere, whose manifest anybody can write, no program is opened."""
    for name, content in MODELS.values():
        if not (copied / name).exists():
            (copied / name).parent.mkdir(parents=True, exist_ok=True)
            (copied / name).write_bytes(content)
    seal(Bundle, copied)
    litert, *others = selftest(copied, every=True).formats
    assert litert.largest is not None
    assert {(each.skipped, each.largest) for each in others} == {(UNREGISTERED, None)}
    assert {each.format for each in others} == {"saved_model", "litert_int8", "onnx", "keras"}


@pytest.mark.parametrize("kind", [kind for kind, (name, _) in MODELS.items() if name == "model.keras"])
def test_a_network_that_is_not_registered_is_not_opened(kind: str, tmp_path: Path) -> None:
    """A stage opens no .keras file without a manifest, nor one that differs from it."""
    (tmp_path / "model").mkdir()
    file = tmp_path / "model" / Model.KERAS
    file.write_bytes(MODELS[kind][1])
    with pytest.raises(InputError, match="is not opened"):
        Model(file.parent).load()
    manifest = Manifest(type="Model", content="0", files=hash_files(file.parent))
    (file.parent / MANIFEST).write_text(manifest.to_document(), encoding="utf-8")
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(InputError, match="is not opened"):
        Model(file.parent).load()


@pytest.mark.parametrize("link", ["model.tflite", "saved_model"])
def test_a_link_in_a_bundle_is_damage(link: str, copied: Path, tmp_path: Path) -> None:
    """A link is named as damage, even if it leads to a file of the same content: that could change later."""
    if (copied / link).exists():
        (copied / link).rename(tmp_path / "moved")
    (copied / link).symlink_to(tmp_path / "moved" if (tmp_path / "moved").exists() else "/")
    found = selftest(copied, every=True, registered=True)
    assert (found.damaged, found.formats) == ([link], [])


REWRITTEN: dict[str, tuple[str, bytes]] = {
    "a table of offsets that leads out": MODELS["a table of offsets that leads out"],
    "an empty network": MODELS["an empty network"],
    "a network of zeros": (Bundle.LITERT, b"\x10\x00\x00\x00TFL3" + bytes(200_000)),
    "names without end": (Bundle.LABELS, b"[" * 100_000),
    "names that are numbers": (Bundle.LABELS, b"[0, 1]"),
    "the same name twice": (Bundle.LABELS, b'["a", "a", "b", "c", "d", "e", "f", "g", "h", "i"]'),
    "too few names": (Bundle.LABELS, b'["a", "b"]'),
    "a temperature of nothing": ("calibration.json", b'{"temperature": 0}'),
    "golden pictures of nothing": (Bundle.GOLDEN, b'{"tolerance": 0.1, "examples": [{"image": "00"}]}'),
    "a verdict that is none": (Bundle.JUDGEMENT, b'{"blessed": "touch canary"}'),
}


@pytest.mark.parametrize("kind", REWRITTEN)
def test_a_file_that_a_manifest_was_written_for_is_not_run(kind: str, copied: Path) -> None:
    """A file that was swapped, in a folder whose manifest was written again, is refused with what is wrong with it."""
    name, content = REWRITTEN[kind]
    (copied / name).write_bytes(content)
    seal(Bundle, copied)
    with pytest.raises(InputError):
        _ = Reader(copied), LoadedBundle.read(copied).standing


def test_a_digest_that_is_not_that_of_the_files_is_refused(copied: Path) -> None:
    """A swapped file cannot go under the digest of the model that it replaced."""
    digest = Bundle(copied).digest
    (copied / Bundle.LABELS).write_text(json.dumps([*"abcdefghij"]), encoding="utf-8")
    manifest = Manifest.read(seal(Bundle, copied).path)
    assert manifest
    (copied / MANIFEST).write_text(manifest.changed(content=digest).to_document(), encoding="utf-8")
    with pytest.raises(InputError, match="not a sealed bundle") as caught:
        Reader(copied)
    assert "another content digest" in caught.value.found


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_hostile_manifest_is_refused(kind: str, copied: Path) -> None:
    """A manifest that leads out of its folder, or is none of a bundle, is refused; nothing that it names is read."""
    (copied / MANIFEST).write_text(MANIFESTS[kind], encoding="utf-8")
    with pytest.raises(InputError, match=r"is not a sealed bundle|newer version"):
        read_manifest(copied)
    with pytest.raises(InputError):
        LoadedBundle.read(copied)


def _zip(write: Callable[[zipfile.ZipFile], object]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        write(archive)
    return file.getvalue()


def _linked(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("a/model.tflite")
    entry.external_attr = 0o120777 << 16
    archive.writestr(entry, "/etc/passwd")


ZIPS: dict[str, Callable[[], bytes]] = {
    "a name that leads out": lambda: _zip(lambda archive: archive.writestr("a/../../canary", b"")),
    "an absolute name": lambda: _zip(lambda archive: archive.writestr("/a/canary", b"")),
    "a link": lambda: _zip(_linked),
    "a bomb": lambda: _zip(lambda archive: [archive.writestr(f"a/{i}", bytes(2**24)) for i in range(17)]),
    "a hostile manifest": lambda: _zip(lambda archive: archive.writestr(f"a/{MANIFEST}", MANIFESTS["a file above"])),
    "a newer manifest": lambda: _zip(lambda archive: archive.writestr(f"a/{MANIFEST}", MANIFESTS["a newer version"])),
    "a pickle": lambda: pickle.dumps(Pickled()),
}


@pytest.mark.parametrize("kind", ZIPS)
def test_a_hostile_archive_of_a_model_is_refused(kind: str, tmp_path: Path) -> None:
    """An archive that `digits import` gets is refused, and nothing of it is outside the folder it was unpacked to."""
    (tmp_path / "model.zip").write_bytes(ZIPS[kind]())
    with pytest.raises(InputError):
        read_archive(tmp_path / "model.zip", tmp_path / "here" / "below")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "model.zip"]


def _run_that_names(stage: str, output: str, path: str) -> dict[str, str]:
    """Return the files of a run whose record says where a link to an artifact is to be made."""
    manifest = Manifest(type="Text", content="0", files={})
    record = RunRecord(run=RUN, stages=[StageRecord(stage=stage, outcome="ran", reason="", outputs={output: path})])
    return {f"{VERSION}/{MANIFEST}": manifest.to_document(), f"runs/{RUN}/run.json": record.to_document()}


RUNS: dict[str, dict[str, str]] = {
    "a stage that leads out": _run_that_names("../../../canary", "a", VERSION),
    "an output that leads out": _run_that_names("say", "x/../../../../canary", VERSION),
    "an artifact that leads out": _run_that_names("say", "text", "../../../.."),
    "a manifest that leads out": {f"{VERSION}/{MANIFEST}": MANIFESTS["a file of the machine"]},
    "a newer record": {f"runs/{RUN}/run.json": MANIFESTS["a newer version"]},
    "a bomb of brackets": {f"runs/{RUN}/run.json": MANIFESTS["a bomb of brackets"]},
}


@pytest.mark.parametrize("kind", RUNS)
def test_a_hostile_run_is_refused(kind: str, tmp_path: Path) -> None:
    """A run that `digits import-run` gets is refused, and the project is as it was."""
    with tarfile.open(tmp_path / "run.tar", "w") as archive:
        for name, text in RUNS[kind].items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    with pytest.raises(InputError):
        import_run(tmp_path / "run.tar", tmp_path / "here" / "artifacts")
    assert [path.name for path in (tmp_path / "here" / "artifacts").rglob("*")] == [".staging"]


def _npz(header: str, content: bytes = b"") -> bytes:
    """Return an .npz file whose arrays have this header, whatever follows."""
    padded = header.encode().ljust(117) + b"\n"
    array = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + content
    return _zip(lambda archive: [archive.writestr(f"{name}.npy", array) for name in ("x_train", "y_train")])


def _pickled_array() -> bytes:
    file = io.BytesIO()
    np.savez(file, x_train=np.array([Pickled()], object), y_train=np.zeros(1))
    return file.getvalue()


ARRAYS: dict[str, bytes] = {
    "a pickle": pickle.dumps(Pickled()),
    "a pickled array": _pickled_array(),
    "a bomb of shapes": _npz(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({HUGE},), }}"),
    "a shape beyond all": _npz(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({HUGE}, {HUGE}), }}"),
    "a header that is a program": _npz("__import__('os').system('touch canary')"),
}
TABLES: dict[str, bytes] = {
    "a footer beyond the file": b"PAR1" + b"\x15" * 64 + struct.pack("<I", 0x7FFFFFF0) + b"PAR1",
    "a footer of noise": b"PAR1" + b"\x15\x02\x19\xfc\xff\xff\xff\x0f" * 8 + struct.pack("<I", 64) + b"PAR1",
    "an empty footer": b"PAR1" + bytes(4) + b"PAR1",
    "an Arrow file": b"ARROW1\0\0" + b"\xff" * 64 + struct.pack("<i", 0x7FFFFFF0) + b"ARROW1",
    "a pickle": pickle.dumps(Pickled()),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_hostile_file_of_arrays_is_refused(kind: str, tmp_path: Path) -> None:
    """An .npz file that is a pickle, a program or larger than memory is refused."""
    (tmp_path / "a.npz").write_bytes(ARRAYS[kind])
    with pytest.raises(InputError, match=r"a\.npz"):
        read_npz(SourceEntry.model_validate({"source": "npz", "file": tmp_path / "a.npz"}), 0)


@pytest.mark.parametrize("kind", TABLES)
def test_a_hostile_table_is_refused(kind: str, tmp_path: Path) -> None:
    """A Parquet file whose header lies is refused."""
    (tmp_path / "a.parquet").write_bytes(TABLES[kind])
    with pytest.raises(InputError, match=r"a\.parquet"):
        read_parquet(SourceEntry.model_validate({"source": "parquet", "file": tmp_path / "a.parquet"}), 0)

"""Documents: every version is read, a newer one is refused, and no bit flips unnoticed."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from schemas.document import SCHEMA, Document
from schemas.errors import InputError
from schemas.manifest import Manifest
from schemas.records.execution import Execution
from schemas.records.promotion import HISTORY, read_history
from schemas.records.run import RunRecord

VERSIONS = Path(__file__).with_name("documents")
"""A folder for each version of the schema, with what that version wrote. None is ever changed."""
KINDS: dict[str, type[Document]] = {"manifest.json": Manifest, "execution.json": Execution, "run.json": RunRecord}
NEWEST = VERSIONS / f"v{SCHEMA}"


def test_each_version_of_the_schema_is_kept() -> None:
    """There are documents of every version up to the present one."""
    assert sorted(path.name for path in VERSIONS.iterdir()) == [f"v{number + 1}" for number in range(SCHEMA)]


@pytest.mark.parametrize("version", sorted(VERSIONS.iterdir()), ids=lambda path: path.name)
@pytest.mark.parametrize("name", KINDS)
def test_a_document_of_each_version_is_read(name: str, version: Path) -> None:
    """What any version wrote is read, and says what it said: it was made by the toy stages."""
    values = KINDS[name].load(version / name).to_values()
    known = {
        "manifest.json": ("Bundle", "type"),
        "execution.json": ("shout", "stage"),
        "run.json": ("promoted", "outcome"),
    }
    says, field = known[name]
    assert values[field] == says


@pytest.mark.parametrize("version", sorted(VERSIONS.iterdir()), ids=lambda path: path.name)
def test_a_history_of_each_version_is_read(version: Path) -> None:
    """The chain of a history that any version wrote holds."""
    history = read_history(version)
    assert (len(history.promotions), history.damage, history.torn) == (1, [], False)


@pytest.mark.parametrize("name", KINDS)
def test_a_document_is_canonical(name: str) -> None:
    """A document that is read and written again has the same bytes."""
    text = (NEWEST / name).read_bytes()
    assert KINDS[name].from_json(text).to_document().encode() == text


def test_a_number_that_is_none_is_never_written() -> None:
    """NaN and infinity become null, which every reader of JSON knows."""
    record = RunRecord(run="a", metrics={"accuracy": float("nan"), "loss": float("inf")})
    assert RunRecord.from_json(record.to_document()).metrics == {"accuracy": None, "loss": None}


@pytest.mark.parametrize("name", KINDS)
def test_no_bit_flips_unnoticed(name: str) -> None:
    """Each of 2,000 flipped bits makes a document unreadable."""
    chance, text = random.Random(18), (NEWEST / name).read_bytes()  # noqa: S311
    assert [place for place in _places(chance, len(text)) if _is_read(KINDS[name], _flipped(text, *place))] == []


@pytest.mark.parametrize("name", KINDS)
def test_no_cut_passes_unnoticed(name: str) -> None:
    """A document without its last bytes, however many, is unreadable."""
    text = (NEWEST / name).read_bytes()
    assert [end for end in range(len(text)) if _is_read(KINDS[name], text[:end])] == []


@pytest.mark.parametrize("name", KINDS)
def test_a_newer_document_is_refused_by_its_version(name: str, tmp_path: Path) -> None:
    """A document of a later schema is refused with the file, its version, and the newest that can be read."""
    document = KINDS[name].load(NEWEST / name)
    (tmp_path / name).write_text(_as_version(SCHEMA + 1, document), encoding="utf-8")
    with pytest.raises(InputError, match="newer version of digits") as caught:
        KINDS[name].load(tmp_path / name)
    assert (caught.value.found, caught.value.expected) == (
        f"version {SCHEMA + 1} of its schema",
        f"version {SCHEMA} or older",
    )
    assert str(tmp_path / name) in caught.value.headline


def test_a_newer_line_of_the_history_is_refused(tmp_path: Path) -> None:
    """A line that names a later schema is refused, not counted as damage."""
    shutil.copy(NEWEST / HISTORY, tmp_path)
    with (tmp_path / HISTORY).open("a", encoding="utf-8") as file:
        file.write(f'{{"schema":{SCHEMA + 1},"number":2}}\n')
    with pytest.raises(InputError, match="newer version of digits"):
        read_history(tmp_path)


def _places(chance: random.Random, size: int) -> list[tuple[int, int]]:
    return [(chance.randrange(size), chance.randrange(8)) for _ in range(2000)]


def _flipped(text: bytes, at: int, bit: int) -> bytes:
    data = bytearray(text)
    data[at] ^= 1 << bit
    return bytes(data)


def _is_read(kind: type[Document], text: bytes) -> bool:
    try:
        kind.from_json(text)
    except ValueError:
        return False
    return True


def _as_version(version: int, document: Document) -> str:
    """Return a document as a later version of digits would write it, with a field that is not known today."""
    import hashlib

    plain = document.to_json().removeprefix("{\n").removesuffix("\n}")
    body = f'{{\n  "schema": {version},\n  "colour": "blue",\n{plain}'
    return f'{body},\n  "sha256": "{hashlib.sha256(body.encode()).hexdigest()}"\n}}\n'

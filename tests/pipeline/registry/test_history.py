"""The history of promotions: its chain, and what a killed process leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.champion import crown
from pipeline.housekeeping.collect import Rule, collect
from pipeline.promotions import append, mend
from schemas.records.execution import Version
from schemas.records.promotion import HISTORY, read_history
from tests.project import Project

BUNDLE = Version(path="store/export/bundle/v0001-aaaaaaaa", content="a" * 64)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Return a folder with a history of three promotions."""
    for _ in range(3):
        append(tmp_path, BUNDLE, by="promote", before=None)
    return tmp_path


def edit(folder: Path, number: int, old: str, new: str) -> None:
    """Replace a text in one line of the history."""
    lines = (folder / HISTORY).read_text().splitlines()
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new)
    (folder / HISTORY).write_text("".join(f"{line}\n" for line in lines))


def test_each_line_names_the_line_before(three: Path) -> None:
    """The chain holds: each line has the hash of the one before it."""
    history = read_history(three)
    assert (history.damage, history.torn) == ([], False)
    assert [each.previous for each in history.promotions[1:]] == [each.hash for each in history.promotions[:-1]]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_changed_line_is_named(three: Path, number: int) -> None:
    """A line whose content was changed is named, also the last one."""
    edit(three, number, '"by":"promote"', '"by":"rollback"')
    assert read_history(three).damage == [f"line {number} was changed"]


def test_a_removed_line_is_noticed(three: Path) -> None:
    """A line that does not follow the one before it is named."""
    first, _, last = (three / HISTORY).read_text().splitlines()
    (three / HISTORY).write_text(f"{first}\n{last}\n")
    assert read_history(three).damage == ["line 2 does not follow the line before"]


def test_a_line_that_is_no_record_is_named(three: Path) -> None:
    """A line that cannot be read is named, and the others still count."""
    edit(three, 2, '{"number":2', '{"nummer":2')
    history = read_history(three)
    assert history.damage == ["line 2 cannot be read"]
    assert [each.number for each in history.promotions] == [1, 3]


@pytest.mark.parametrize("length", [1, 50, 200])
def test_a_torn_last_line_is_mended_by_the_next(three: Path, length: int) -> None:
    """What a killed process left of a line is cut off before the next line is written."""
    whole = (three / HISTORY).read_bytes()
    line = whole.splitlines()[-1]
    (three / HISTORY).write_bytes(whole + line[:length])
    assert (read_history(three).torn, read_history(three).damage) == (True, [])
    append(three, BUNDLE, by="promote", before=None)
    assert (three / HISTORY).read_bytes().startswith(whole)
    assert [each.number for each in read_history(three).promotions] == [1, 2, 3, 4]
    assert read_history(three).damage == []


def test_nothing_is_mended_where_nothing_is_torn(three: Path) -> None:
    """A whole history, and none at all, stay as they are."""
    before = (three / HISTORY).read_bytes()
    assert not mend(three)
    assert (three / HISTORY).read_bytes() == before
    assert not mend(three / "nowhere")


def test_verify_names_a_changed_line(judged: Project) -> None:
    """`digits verify` exits with 4 and names the line; set aside, the history is kept and a new one begins."""
    edit(judged.artifacts, 1, '"by":"run"', '"by":"promote"')
    failed = judged.digits("verify", status=4)
    assert "changed  promotions.jsonl: line 1 was changed" in failed.stdout
    assert "promotions.jsonl moved to artifacts/.quarantine/" in judged.digits("verify", "--set-aside").stderr


def test_verify_mends_a_torn_line(judged: Project) -> None:
    """`digits verify` cuts off a torn last line, says so, and finds everything sound."""
    whole = (judged.artifacts / HISTORY).read_bytes()
    (judged.artifacts / HISTORY).write_bytes(whole + b'{"number":3,"ti')
    assert "promotions.jsonl: an unfinished last line was removed" in judged.digits("verify").stderr
    assert (judged.artifacts / HISTORY).read_bytes() == whole


@pytest.mark.parametrize("length", [0, 1, 100])
def test_a_history_that_was_cut_off_in_its_first_line_is_damaged(judged: Project, length: int) -> None:
    """With a champion, what is left is no line that a killed process began: verify says so, and gc deletes nothing."""
    whole = (judged.artifacts / HISTORY).read_bytes()
    (judged.artifacts / HISTORY).write_bytes(whole[:length])
    assert "promotions.jsonl: no line is whole" in judged.digits("verify", status=4).stdout
    assert "nothing is deleted" in judged.digits("gc", "--keep-runs", "1", "--delete", status=4).stderr
    assert (judged.artifacts / HISTORY).read_bytes() == whole[:length]
    judged.digits("verify", "--set-aside")
    judged.digits("verify")


def test_a_deleted_history_is_damage(judged: Project) -> None:
    """With a champion, verify names it, and gc deletes nothing; set aside, a new one begins with the champion."""
    (judged.artifacts / HISTORY).unlink()
    assert "promotions.jsonl: it is gone" in judged.digits("verify", status=4).stdout
    assert "nothing is deleted" in judged.digits("gc", "--keep-runs", "1", "--delete", status=4).stderr
    judged.digits("verify", "--set-aside")
    history = read_history(judged.artifacts)
    assert [each.bundle for each in history.promotions] == [history.champion]


def test_lines_are_json(judged: Project) -> None:
    """Each line is one JSON object, for other programs."""
    lines = (judged.artifacts / HISTORY).read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2]


@pytest.mark.parametrize("clears", ["promotion", "gc"])
def test_what_a_killed_promotion_left_is_cleared(clears: str, tmp_path: Path) -> None:
    """The next promotion, and gc, remove the link that was not swapped in, and leave the champion and other files."""
    (tmp_path / "store").mkdir()
    crown(BUNDLE, tmp_path, by="promote")
    (tmp_path / ".champion.123").symlink_to("store/export/bundle/v0002-bbbbbbbb")
    (tmp_path / ".champion.txt").write_text("of somebody else")
    if clears == "gc":
        collect(tmp_path, Rule(), delete=True)
    else:
        crown(BUNDLE.changed(path="store/export/bundle/v0003-cccccccc"), tmp_path, by="promote")
    assert sorted(path.name for path in tmp_path.glob("*champion*")) == [".champion.txt", "champion"]

"""Promotion and rollback by hand."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.champion import champion
from pipeline.registry.bundles import bundles
from pipeline.registry.change import previous_champion, promote_version, rollback
from pipeline.store import Store
from schemas.errors import InputError, UsageError
from schemas.records.promotion import read_history
from tests.project import Project
from tests.waiting import PATIENCE

READER = """
import os, sys
from pathlib import Path
from schemas.manifest import Manifest
link, stop = Path(sys.argv[1]), Path(sys.argv[2])
print("reading", flush=True)
seen = set()
while not stop.exists():
    target = os.readlink(link)
    assert Manifest.read(link) is not None
    seen.add(target)
print(len(seen))
"""


def named(project: Project, number: int) -> str:
    """Return the path of a version by its number, relative to artifacts/."""
    [found] = [path for path in bundles(project.artifacts) if Path(path).name.startswith(f"v{number:04}-")]
    return found


def test_the_run_that_promotes_is_on_record(judged: Project) -> None:
    """Each promotion by a run names the run, the bundle and the champion before."""
    history = read_history(judged.artifacts)
    runs = sorted(path.name for path in (judged.artifacts / "runs").iterdir())
    assert [(each.by, each.run) for each in history.promotions] == [("run", runs[0]), ("run", runs[1])]
    assert [each.before for each in history.promotions] == [None, named(judged, 1)]
    assert history.promotions[-1].bundle == champion(judged.artifacts) == named(judged, 2)


def test_a_rollback_makes_the_previous_model_champion(judged: Project) -> None:
    """`digits rollback` swaps the link to the previous champion, and says which model was given up."""
    said = judged.digits("rollback").stdout
    assert champion(judged.artifacts) == named(judged, 1)
    assert f"champion {Path(named(judged, 1)).name} (given up: {Path(named(judged, 2)).name})" in said
    assert read_history(judged.artifacts).promotions[-1].by == "rollback"


def test_two_rollbacks_go_back_by_two(judged: Project) -> None:
    """A second rollback does not bring back what the first gave up: without an earlier champion it is refused."""
    store = Store(judged.artifacts)
    rollback(store)
    with pytest.raises(InputError, match="there is no champion to go back to"):
        rollback(store)
    assert previous_champion(judged.artifacts) is None


def test_a_blessed_model_is_promoted_by_hand(judged: Project) -> None:
    """A model that a gate has blessed needs no reason, by any beginning of its name."""
    assert "(before: v0002-" in judged.digits("promote", "v0001").stdout
    assert champion(judged.artifacts) == named(judged, 1)
    assert "is the champion already" in judged.digits("promote", "v0001").stdout
    assert len(read_history(judged.artifacts).promotions) == 3


def test_a_refused_model_is_promoted_only_with_a_reason(judged: Project) -> None:
    """Without --override it is a usage error; with it, the reason stands wherever the model does."""
    failed = judged.digits("promote", "latest", status=2).stderr
    assert "found:    refused by the gate" in failed
    assert "--override --reason" in failed
    assert champion(judged.artifacts) == named(judged, 2)
    judged.digits("promote", "latest", "--override", "--reason", "the old one is worse")
    assert champion(judged.artifacts) == named(judged, 3)
    warning = "refused by the gate; promoted by override: the old one is worse"
    assert warning in judged.digits("models").stdout
    assert warning in judged.digits("models", "show", "champion").stdout


@pytest.mark.parametrize(
    "options", [("--override",), ("--reason", "why"), ("--override", "--reason", " ")], ids=["no", "alone", "blank"]
)
def test_an_override_and_its_reason_belong_together(judged: Project, options: tuple[str, ...]) -> None:
    """One without the other is a usage error."""
    assert "belong together" in judged.digits("promote", "v0001", *options, status=2).stderr


def test_a_blessed_model_takes_no_override(judged: Project) -> None:
    """An override of nothing is a usage error, so that each override on record means something."""
    with pytest.raises(UsageError, match="needs no --override"):
        promote_version(named(judged, 1), Store(judged.artifacts), "because")


def test_a_bundle_without_a_record_is_not_blessed(judged: Project) -> None:
    """A bundle that no execution made, such as a copy, was not judged here, whatever its own verdict says."""
    folder = judged.artifacts / named(judged, 1)
    copy = folder.parents[2] / "elsewhere" / "bundle" / folder.name
    copy.parent.mkdir(parents=True)
    folder.rename(copy)
    with pytest.raises(UsageError, match="is not promoted") as error:
        promote_version(f"store/elsewhere/bundle/{copy.name}", Store(judged.artifacts))
    assert error.value.found == "not judged by a gate here"


def test_a_damaged_bundle_is_not_promoted(judged: Project) -> None:
    """Neither promotion nor rollback makes a damaged bundle the champion."""
    file = judged.artifacts / named(judged, 1) / "labels.json"
    file.chmod(0o644)
    file.write_text("damaged")
    for change in (
        lambda: promote_version(named(judged, 1), Store(judged.artifacts)),
        lambda: rollback(Store(judged.artifacts)),
    ):
        with pytest.raises(InputError, match="cannot be used"):
            change()
    assert champion(judged.artifacts) == named(judged, 2)


def test_readers_never_see_neither_champion_nor_half(judged: Project, tmp_path: Path) -> None:
    """A process that opens the champion in a loop always finds a whole bundle, while it is swapped 200 times."""
    link, stop = judged.artifacts / "champion", tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(link), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "reading\n"
        store = Store(judged.artifacts)
        for swap in range(200):
            promote_version(named(judged, 1 + swap % 2), store)
        stop.touch()
        out, err = reader.communicate(timeout=PATIENCE)
    assert (reader.returncode, err) == (0, "")
    assert out in {"1\n", "2\n"}
    assert read_history(judged.artifacts).damage == []


def test_a_promotion_is_on_record_before_the_link_is_swapped(judged: Project) -> None:
    """Where the link cannot be swapped, the champion stays, and the history has the attempt, not the reverse."""
    (judged.artifacts / "champion").unlink()
    (judged.artifacts / "champion").mkdir()
    (judged.artifacts / "champion" / "file").touch()
    with pytest.raises(OSError, match="champion"):
        promote_version(named(judged, 1), Store(judged.artifacts))
    assert read_history(judged.artifacts).promotions[-1].bundle == named(judged, 1)


@pytest.mark.faults
def test_a_killed_promotion_leaves_a_champion_that_is_on_record(judged: Project) -> None:
    """Whenever `digits promote` is killed, the champion is a whole bundle whose promotion is on record."""
    begun = time.monotonic()
    judged.digits("promote", "v0001")
    usual, chance = time.monotonic() - begun, random.Random(0)  # noqa: S311  (not for secrets)
    for number in range(40):
        process = judged.start("promote", f"v{1 + number % 2:04}")
        time.sleep(chance.uniform(0.3, 1.1) * usual)
        process.kill()
        process.communicate()
        present = champion(judged.artifacts)
        assert present in {named(judged, 1), named(judged, 2)}
        assert present in {each.bundle for each in read_history(judged.artifacts).champions}
    assert judged.json("verify")["history"] == []


def test_tensorflow_serving_gets_rising_versions(judged: Project, tmp_path: Path) -> None:
    """`promote --to` writes the champion as version 1 and another as 2; the newest again is not written again."""
    tree = tmp_path / "served" / "digits"
    assert judged.digits("promote", "--to", str(tree)).stdout.startswith(f"{tree / '1'} is v0002-")
    judged.digits("promote", "v0001", "--to", str(tree))
    judged.digits("promote", "v0001", "--to", str(tree))
    assert sorted(path.name for path in tree.iterdir()) == ["1", "2"]
    assert [(tree / number / "saved_model.pb").read_text() for number in "12"] == ["other", "hello"]
    origin = json.loads((tree / "2" / "assets.extra" / "digits.json").read_text())
    assert origin["version"] == Path(named(judged, 1)).name
    assert [each.to for each in read_history(judged.artifacts).promotions[2:]] == [str(tree / "1"), str(tree / "2")]
    assert champion(judged.artifacts) == named(judged, 2)


def test_what_a_killed_writer_left_is_no_version(judged: Project, tmp_path: Path) -> None:
    """A draft of a killed process has no number, and the next one replaces it."""
    (tmp_path / "7").mkdir()
    (tmp_path / ".digits-draft").mkdir()
    (tmp_path / ".digits-draft" / "half").touch()
    judged.digits("promote", "--to", str(tmp_path))
    assert {"7", "8"} <= {path.name for path in tmp_path.iterdir()}
    assert sorted(path.name for path in (tmp_path / "8").iterdir()) == ["assets.extra", "saved_model.pb"]


def test_a_bundle_without_saved_model_is_not_served(sealed: Project, tmp_path: Path) -> None:
    """The error says what is missing, and nothing is written."""
    project = sealed.copy(tmp_path)
    words = ("promote", "v0001", "--to", str(tmp_path / "tree"), "--override", "--reason", "a test")
    assert "has no SavedModel" in project.digits(*words, status=4).stderr
    assert not (tmp_path / "tree").exists()

"""The champion as an input: comparison with it, and promotion over it."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.project import Project, toy_project
from tests.waiting import PATIENCE

CHALLENGE = """\
stages:
  say:
    uses: toys.say
    config: {word: hello}
  judge:
    uses: toys.judge
    inputs: {text: say.text, champion: champion}
  crown:
    uses: toys.crown
    inputs: {text: say.text, blessing: judge.blessing}
    requires: judge.blessing
"""


@pytest.fixture
def challenge(tmp_path: Path) -> Project:
    """Return a project of toy stages whose gate compares the model with the champion."""
    project = toy_project(tmp_path / "toy", CHALLENGE)
    project.edit("toys/text.py", "class Text(Artifact)", "class Model(Artifact)")
    for name in ("say", "judge", "crown"):
        project.edit(f"toys/{name}.py", "import Text", "import Model as Text")
    return project


def compared_bundle(project: Project, *arguments: str) -> str:
    """Run, and return the version of the bundle with which the model was compared."""
    document = project.json("run", *arguments)
    assert document["outcome"] in {"promoted", "unchanged"}
    return document["verdict"]["rules"][0]["note"]


def champion_of(project: Project) -> str:
    """Return the version of the champion."""
    return (project.artifacts / "champion").readlink().name


def test_the_first_model_is_compared_with_nothing(challenge: Project) -> None:
    """Without a champion the input is None."""
    assert compared_bundle(challenge) == "nothing"


def test_another_model_is_compared_with_the_champion(challenge: Project) -> None:
    """A new model is compared with the champion and replaces it."""
    challenge.digits("run")
    first = champion_of(challenge)
    assert compared_bundle(challenge, "--set", "say.word=other") == first
    assert champion_of(challenge) != first


def test_a_repeated_run_is_unchanged(challenge: Project) -> None:
    """A repeated run of the champion's model keeps its earlier comparison, so that nothing runs again."""
    challenge.digits("run")
    first = champion_of(challenge)
    challenge.digits("run", "--set", "say.word=other")
    assert set(challenge.outcomes("--set", "say.word=other").values()) == {"unchanged"}
    assert compared_bundle(challenge, "--set", "say.word=other", "--force", "judge") == first


def test_a_former_champion_is_compared_again(challenge: Project) -> None:
    """A former champion is compared with the present one, and a repeated run is then unchanged."""
    challenge.digits("run")
    challenge.digits("run", "--set", "say.word=other")
    other = champion_of(challenge)
    assert challenge.reasons()["judge"].endswith("input changed: champion, text")
    assert compared_bundle(challenge) == other
    assert set(challenge.outcomes().values()) == {"unchanged"}


def test_a_plan_says_that_the_champion_changed(challenge: Project) -> None:
    """The plan names a changed champion as a reason."""
    challenge.digits("run")
    challenge.digits("run", "--set", "say.word=other")
    assert "input changed: champion" in challenge.digits("plan").stdout


def test_a_lost_champion_is_made_again_by_its_run(challenge: Project) -> None:
    """If the champion's folder is lost, repeating the run that made it makes it again, with the same verdict."""
    challenge.digits("run")
    shutil.rmtree(challenge.artifacts / "store" / "crown" / "bundle" / champion_of(challenge))
    assert challenge.outcomes() == {"say": "unchanged", "judge": "unchanged", "crown": "ran"}


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("nowhere", "is not what digits puts there"),
        ("store/crown/bundle/v0009-aaaaaaaa", "points to nothing that this project produced"),
        ("/", "is not what digits puts there"),
    ],
)
def test_a_champion_from_elsewhere_is_refused(challenge: Project, target: str, why: str) -> None:
    """A champion link to something no execution made is an error that says how to remove it."""
    challenge.digits("run")
    (challenge.artifacts / "champion").unlink()
    (challenge.artifacts / "champion").symlink_to(target)
    failed = challenge.digits("run", "--set", "say.word=other", status=4)
    assert why in failed.stderr
    assert re.search(r"rm \S*artifacts/champion", failed.stderr)


def lose_champion_during(challenge: Project, stage: str) -> tuple[int, str]:
    """Remove the champion while a run with another word is in a stage; return the run's exit status and stderr."""
    challenge.hold(stage)
    slow = challenge.start("run", "--set", "say.word=slow")
    challenge.wait_for_held(stage)
    (challenge.artifacts / "champion").unlink()
    challenge.release(stage)
    _, errors = slow.communicate(timeout=PATIENCE)
    return slow.returncode, errors


def test_a_model_not_compared_with_the_present_champion_is_not_promoted(challenge: Project) -> None:
    """A model is not promoted if the champion changed after the comparison."""
    challenge.digits("run")
    status, errors = lose_champion_during(challenge, "judge")
    assert status == 4
    assert "is not promoted" in errors
    assert "it was not compared with the present champion" in errors
    assert not (challenge.artifacts / "champion").is_symlink()


def test_a_rerun_that_gives_another_bundle_leaves_the_champion_on_record(challenge: Project) -> None:
    """If the champion's stage runs again with another output, the champion keeps its lineage and its place."""
    challenge.edit("toys/crown.py", "from toys.text", "import time\n\nfrom toys.text")
    challenge.edit("toys/crown.py", "write_text(text.read()", "write_text(str(time.time_ns())")
    first = challenge.json("run")["run"]
    champion = champion_of(challenge)
    challenge.digits("rerun", "crown")
    assert champion_of(challenge) == champion
    document = json.loads(challenge.digits("lineage", "champion", "--format", "json").stdout)
    assert document["contexts"] == [first]
    assert compared_bundle(challenge, "--set", "say.word=other") == champion


def test_a_blessing_of_a_damaged_model_promotes_nothing(challenge: Project) -> None:
    """A bundle is promoted only if the judged model is intact in the store."""
    challenge.edit("toys/crown.py", "    assert blessing", "    spoil(text)\n    assert blessing")
    challenge.edit(
        "toys/crown.py",
        "def crown",
        'def spoil(text: Text) -> None:\n    path = text.path / "text.txt"\n    path.chmod(0o644)\n'
        '    path.write_text("spoilt")\n\n\ndef crown',
    )
    failed = challenge.digits("run", status=4)
    assert "output corrupt" in failed.stderr
    assert not (challenge.artifacts / "champion").is_symlink()


@pytest.mark.parametrize("name", ["Model", "Examples", "Evaluation"])
def test_a_blessing_of_another_artifact_promotes_nothing(challenge: Project, name: str) -> None:
    """A bundle is promoted only if the verdict names the digests of the stored artifacts."""
    verdict = ", ".join(f"{each}='{'0' * 64}'" for each in ("model", "examples", "evaluation"))
    challenge.edit("toys/judge.py", 'model=text.digest, examples=text.digest, evaluation=""', verdict)
    challenge.edit("toys/text.py", "class Model", f"class {name}")
    for toy in ("say", "judge", "crown"):
        challenge.edit(f"toys/{toy}.py", "import Model as Text", f"import {name} as Text")
    reason = challenge.json("run", status=3)["stages"][-1]["reason"]
    assert f"the blessing is for another {name}" in reason
    assert not os.path.lexists(challenge.artifacts / "champion")


def test_an_input_for_the_champion_must_be_named(challenge: Project) -> None:
    """Leaving the champion out of the inputs is a usage error, so that no comparison is skipped unnoticed."""
    challenge.edit("pipeline.yaml", ", champion: champion", "")
    failed = challenge.digits("check", status=2)
    assert "judge lacks its input champion" in failed.stderr
    assert "inputs: {champion: champion}" in failed.stderr


def test_only_an_input_that_may_be_none_takes_the_champion(challenge: Project) -> None:
    """Only an input of type `Bundle | None` accepts the word champion."""
    challenge.edit("pipeline.yaml", "text: say.text, champion", "text: champion, champion")
    assert "there is no stage champion above" in challenge.digits("check", status=2).stderr


def test_a_verdict_against_an_earlier_champion_is_not_reused(challenge: Project) -> None:
    """An earlier run's verdict cannot be reused once the champion has changed."""
    challenge.digits("run")
    first = challenge.json("show")["run"]
    challenge.digits("run", "--set", "say.word=other")
    failed = challenge.digits("rerun", "crown", "--run", first, "--downstream", status=2)
    assert "judge cannot be taken" in failed.stderr
    assert "input changed: champion" in failed.stderr


def test_a_champion_made_with_other_settings_says_so(challenge: Project) -> None:
    """A run that the champion refuses says with which settings the champion was made, and what pipeline.yaml says."""
    challenge.digits("run", "--set", "say.word=best", "--set", "say.times=2")
    challenge.edit("toys/judge.py", "passed=True, reason=", 'passed=champion is None, reason=champion and "worse" or ')
    document = challenge.json("run", status=3)
    assert document["explanation"] == (
        "the champion was made with say.word=best, say.times=2; pipeline.yaml says hello, unset"
    )
    other = challenge.json("run", "--set", "say.word=other", "--set", "say.times=2", status=3)
    assert other["explanation"] == "the champion was made with say.word=best; this run says other"
    assert "note     the champion was made with" in challenge.digits("show").stdout


def test_a_champion_from_elsewhere_that_was_promoted_is_compared_with(challenge: Project) -> None:
    """A bundle that no run made can be promoted with a reason, and the next model is compared with it."""
    challenge.digits("run")
    mine = (challenge.artifacts / "champion").resolve()
    theirs = challenge.artifacts / "store" / "theirs" / "bundle" / mine.name.replace("v0001", "v0007")
    shutil.copytree(mine, theirs)
    challenge.digits("promote", "v0007", "--override", "--reason", "a colleague's")
    assert compared_bundle(challenge, "--set", "say.word=other") == theirs.name


def _spoil_champion(project: Project) -> Path:
    """Change the champion's content; return the changed file."""
    file = project.artifacts / "champion" / "labels.json"
    file.chmod(0o644)
    file.write_text("spoilt")
    return file.resolve()


def test_a_damaged_champion_is_made_again_before_it_is_compared(challenge: Project) -> None:
    """A run with a changed setting makes the damaged champion again, and compares its own model with it."""
    challenge.digits("run")
    first = champion_of(challenge)
    file = _spoil_champion(challenge)
    assert compared_bundle(challenge, "--set", "say.word=other") == first
    assert file.read_text() == "hello"
    challenge.digits("verify")


def test_a_lost_model_of_a_damaged_champion_is_made_again_too(challenge: Project) -> None:
    """What the champion was made from is made again first where it is gone, also after a change of pipeline.yaml."""
    challenge.digits("run")
    file = _spoil_champion(challenge)
    shutil.rmtree(challenge.artifacts / "store" / "say" / "text")
    challenge.edit("pipeline.yaml", "word: hello", "word: other")
    challenge.digits("run")
    assert file.read_text() == "hello"
    challenge.digits("verify")


def test_a_damaged_champion_is_made_again_by_a_run_that_reads_no_champion(challenge: Project) -> None:
    """A run whose stages are all unchanged makes a damaged champion again, so that `digits run` is good advice."""
    challenge.digits("run")
    challenge.digits("run", "--set", "say.word=other")
    former = next(path for path in challenge.artifacts.glob("store/crown/bundle/v0001-*"))
    challenge.digits("run")  # the former one is compared again and comes back
    assert champion_of(challenge) == former.name
    file = _spoil_champion(challenge)
    challenge.digits("run", "--to", "say", "--set", "say.word=other")
    assert file.read_text() == "hello"


def test_a_champion_that_comes_out_different_is_not_compared(challenge: Project) -> None:
    """If the code that made a damaged champion has changed, the error says so and what to do, and that works."""
    challenge.digits("run")
    _spoil_champion(challenge)
    challenge.edit("toys/crown.py", "write_text(text.read()", "write_text(text.read() + '.'")
    failed = challenge.digits("run", "--set", "say.word=other", status=4)
    assert "came out different" in failed.stderr
    assert "code changed: toys/crown.py" in failed.stderr
    assert "rm artifacts/champion" in failed.stderr
    (challenge.artifacts / "champion").unlink()
    challenge.digits("run", "--set", "say.word=other")


SECOND = (
    CHALLENGE.replace("judge.blessing}", "second.blessing}")
    .replace("requires: judge", "requires: second")
    .replace("  crown:", "  second:\n    uses: toys.second\n    inputs: {gate: judge.blessing}\n  crown:")
)
JUDGE_OF_ONES_OWN = """
from toys.hold import hold

from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing


def second(gate: Blessing, blessing: Output[Blessing]) -> None:
    hold("second")
    Blessing.write(blessing.path, gate.verdict)
"""


def test_a_second_judge_does_not_hide_that_the_champion_changed(challenge: Project) -> None:
    """The stage that compared with the champion is asked at the promotion, though another blessing is required."""
    (challenge.path / "pipeline.yaml").write_text(SECOND)
    (challenge.path / "toys" / "second.py").write_text(JUDGE_OF_ONES_OWN)
    challenge.digits("run")
    _, errors = lose_champion_during(challenge, "second")
    assert "it was not compared with the present champion, none" in errors


GROWING = CHALLENGE.replace("text: say.text, ", "text: grow.grown, ").replace(
    "  judge:", "  grow:\n    uses: toys.grow\n    inputs: {text: say.text}\n  judge:"
)
GROW = """
from toys.text import Model as Text

from schemas.artifacts.artifact import Output
from schemas.artifacts.bundle import Bundle
from schemas.settings.config import Config


class GrowConfig(Config):
    warm: bool = False

    @property
    def takes_champion(self):
        return self.warm


def grow(text: Text, grown: Output[Text], config: GrowConfig, champion: Bundle | None = None) -> None:
    before = (champion.path / Bundle.LITERT).read_text() if champion else ""
    Text.write(grown.path, before + text.read())
"""
WARM = ("--set", "grow.warm=true")


@pytest.fixture
def growing(challenge: Project) -> Project:
    """Return a project with a stage that starts from the champion if its settings say so; it has promoted `hello`."""
    (challenge.path / "pipeline.yaml").write_text(GROWING)
    (challenge.path / "toys" / "grow.py").write_text(GROW)
    challenge.digits("run")
    return challenge


def read_champion(project: Project) -> str:
    """Return the text of the champion."""
    return (project.artifacts / "champion" / "model.tflite").read_text()


def test_a_stage_may_start_from_the_champion(growing: Project) -> None:
    """It gets the champion only if its settings ask for it, and the champion's content counts in its fingerprint."""
    assert set(growing.outcomes().values()) == {"unchanged"}
    assert "input changed: champion" in growing.reasons(*WARM)["grow"]
    assert read_champion(growing) == "hellohello"


def test_a_repeated_warm_start_is_unchanged(growing: Project) -> None:
    """It starts where the champion's own training started; with another input, it starts from the champion."""
    growing.digits("run", *WARM)
    assert set(growing.outcomes(*WARM).values()) == {"unchanged"}
    growing.digits("run", *WARM, "--set", "say.word=bye")
    assert read_champion(growing) == "hellohellobye"

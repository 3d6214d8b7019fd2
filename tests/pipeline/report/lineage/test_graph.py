"""The lineage of artifacts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.report.lineage.graph import trace_artifact
from pipeline.report.lineage.tree import draw_tree
from tests.forked import run_forked
from tests.project import DIGITS, HOUSE, Project


def bundle_of(project: Project) -> str:
    """Return the path of the champion, relative to artifacts/."""
    return str((project.artifacts / "champion").readlink())


def root_of(project: Project, *wanted: str) -> str:
    """Run `digits lineage` inside the project and return the root of the document."""
    command = [str(DIGITS), "lineage", *wanted, "--format", "json"]
    done = run_forked(command, project.variables(), project.path)
    return json.loads(done.stdout)["root"]


def test_the_tree_leads_from_the_bundle_to_the_first_stage(ran: Project) -> None:
    """The tree names every Execution and Artifact from the champion to the first stage, in MLMD's words."""
    tree = ran.digits("lineage", "champion").stdout
    assert [line.split()[1] for line in re.findall(r"Artifact \S+ v0001", tree)] == [
        "pack.bundle",
        "shout.shouted",
        "say.text",
    ]
    assert re.findall(r"OUTPUT of Execution (\w+)", tree) == ["pack", "shout", "say"]
    assert "INPUT text: Artifact" in tree


def test_a_shared_artifact_is_expanded_once(ran: Project) -> None:
    """An Artifact that two stages take appears twice in a run's tree, and its own lineage once."""
    tree = ran.digits("lineage").stdout
    assert tree.count("Artifact shout.shouted") == 2
    assert tree.count("OUTPUT of Execution shout") == 1
    assert tree.count("(above)") == 1


def test_every_line_fits_a_narrow_terminal(ran: Project) -> None:
    """At 44 columns no line is longer, and no digest is lost."""
    lineage = trace_artifact(ran.artifacts, bundle_of(ran))
    narrow, wide = draw_tree(lineage, 44), draw_tree(lineage, 400)
    assert max(map(len, narrow.splitlines())) <= 44
    assert re.findall(r"\w{8}", narrow) == re.findall(r"\w{8}", wide)


def test_an_artifact_has_many_names(ran: Project) -> None:
    """`champion`, paths, links, versions, digests and stage.output all find the same artifact."""
    path = bundle_of(ran)
    digest = json.loads((ran.artifacts / path / "manifest.json").read_text())["content"]
    names = [
        str(ran.artifacts / path),
        f"artifacts/{path}/manifest.json",
        path,
        "artifacts/latest/pack.bundle",
        Path(path).name,
        "pack/bundle/v0001",
        digest,
        digest[:8],
        "pack.bundle",
    ]
    roots = {root_of(ran, name) for name in ["champion", *names]}
    assert roots == {path}


def test_a_run_is_found_by_parts_of_its_name(ran: Project) -> None:
    """A run's lineage is found by the beginning or end of its name, by its folder, or without a name."""
    name = ran.json("show")["run"]
    for wanted in (name, name[:18], name[-4:], f"artifacts/runs/{name}"):
        assert root_of(ran, wanted) == name
    assert root_of(ran) == name


@pytest.mark.parametrize(
    ("wanted", "message"), [("v0001", "matches more than one"), ("nothing", "there is no artifact")]
)
def test_an_ambiguous_or_unknown_name_is_refused(ran: Project, wanted: str, message: str) -> None:
    """An ambiguous or unknown name is a usage error."""
    assert message in ran.digits("lineage", wanted, status=2).stderr


def test_an_unknown_format_is_a_usage_error(ran: Project) -> None:
    """An unknown format is a usage error that lists the formats."""
    assert "expected: tree, json, dot" in ran.digits("lineage", "--format", "xml", status=2).stderr


def test_without_a_champion_its_lineage_is_a_missing_input(project: Project) -> None:
    """The lineage of a missing champion exits with 4 and says that there is none."""
    assert "there is no champion yet" in project.digits("lineage", "champion", status=4).stderr


def test_every_event_joins_listed_nodes(ran: Project) -> None:
    """In the JSON, each Event joins a listed Execution and a listed Artifact, and each Artifact has its type."""
    document = json.loads(ran.digits("lineage", "--format", "json").stdout)
    artifacts = {each["id"] for each in document["artifacts"]}
    executions = {each["id"] for each in document["executions"]}
    assert {(each["execution"] in executions, each["artifact"] in artifacts) for each in document["events"]} == {
        (True, True)
    }
    assert [each["type"] for each in document["events"]].count("OUTPUT") == 4
    assert {each["type"] for each in document["artifacts"]} == {"toys.text.Text", "Blessing", "Bundle"}


def test_graphviz_output_has_an_edge_for_each_event(ran: Project) -> None:
    """--format dot has a node for each Artifact and Execution and an edge for each Event."""
    document, dot = (ran.digits("lineage", "--format", each).stdout for each in ("json", "dot"))
    events = json.loads(document)["events"]
    assert dot.startswith("digraph lineage {")
    assert dot.count(" -> ") == len(events)
    assert dot.count("shape=box") == 4


def test_the_users_of_an_artifact_are_listed(ran: Project) -> None:
    """The lineage of an artifact ends with the Executions that took it as an input."""
    tree = ran.digits("lineage", "shout.shouted").stdout
    assert sorted(re.findall(r"^INPUT of Execution (\w+)", tree, re.MULTILINE)) == ["bless", "pack"]


def test_a_rerun_leaves_the_lineage_of_the_champion(ran: Project) -> None:
    """After reruns with equal content, the champion's lineage still names the executions that made it."""
    first = ran.json("show")["run"]
    ran.digits("rerun", "shout")
    ran.digits("rerun", "say")
    done = ran.digits("lineage", "champion", "--format", "json").stdout
    assert {each["context"] for each in json.loads(done)["executions"]} == {first}
    assert ran.digits("lineage", "champion").stdout.count("and 1 more") == 2


def test_a_lost_execution_is_reported(ran: Project) -> None:
    """An artifact whose Execution is lost stays in the tree, with a note that the record is missing."""
    for record in (ran.artifacts / "store" / "say" / "executions").iterdir():
        record.unlink()
    assert "no record of the Execution that produced it" in ran.digits("lineage", "champion").stdout


def test_the_shell_offers_artifacts_and_runs(ran: Project) -> None:
    """Completion offers the champion, the outputs of the latest run, and runs."""
    line = f"digits -C {ran.path} lineage "
    asked = {"COMP_WORDS": line, "COMP_CWORD": "4", "_DIGITS_COMPLETE": "complete_bash"}
    offered = Project(ran.path, asked).digits().stdout.split()
    assert {"champion", "pack.bundle", "say.text", ran.json("show")["run"]} <= set(offered)


def test_nothing_heavy_is_loaded(ran: Project) -> None:
    """The command imports none of TensorFlow, numpy, pyarrow, matplotlib and rich."""
    code = (
        "import sys; from pipeline.cli.main import app; app(sys.argv[1:], standalone_mode=False);"
        "print([name for name in ('tensorflow', 'numpy', 'pyarrow', 'matplotlib', 'rich') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, "-C", str(ran.path), "lineage", "champion"]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"

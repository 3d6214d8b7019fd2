"""Where artifacts come from."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.report.lineage.graph import trace_artifact
from pipeline.report.lineage.tree import draw_tree
from tests.project import DIGITS, HOUSE, Project


def bundle_of(project: Project) -> str:
    """Give the path of the champion, relative to artifacts/."""
    return str((project.artifacts / "champion").readlink())


def root_of(project: Project, *wanted: str) -> str:
    """Ask for a lineage from inside of the project, and give whose it is."""
    command = [DIGITS, "lineage", *wanted, "--format", "json"]
    done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["root"]


def test_the_tree_leads_from_the_bundle_to_the_first_stage(ran: Project) -> None:
    """Every Execution and Artifact above the champion is named, in MLMD's words."""
    tree = ran.digits("lineage", "champion").stdout
    assert [line.split()[1] for line in re.findall(r"Artifact \S+ v0001", tree)] == [
        "pack.bundle",
        "shout.shouted",
        "say.text",
    ]
    assert re.findall(r"OUTPUT of Execution (\w+)", tree) == ["pack", "shout", "say"]
    assert "INPUT text: Artifact" in tree


def test_what_is_shared_is_drawn_once(ran: Project) -> None:
    """In the lineage of a run the text that two stages took has its own lineage once."""
    tree = ran.digits("lineage").stdout
    assert tree.count("Artifact shout.shouted") == 2
    assert tree.count("OUTPUT of Execution shout") == 1
    assert tree.count("(above)") == 1


def test_every_line_fits_a_narrow_terminal(ran: Project) -> None:
    """At 44 columns no line is wider, and nothing is lost."""
    lineage = trace_artifact(ran.artifacts, bundle_of(ran))
    narrow, wide = draw_tree(lineage, 44), draw_tree(lineage, 400)
    assert max(map(len, narrow.splitlines())) <= 44
    assert re.findall(r"\w{8}", narrow) == re.findall(r"\w{8}", wide)


def test_an_artifact_has_many_names(ran: Project) -> None:
    """The champion, its path, a file in it, its link, its version, its digest and stage.output are one artifact."""
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


def test_a_run_is_found_by_the_ends_of_its_name(ran: Project) -> None:
    """The lineage of a run is asked for by the beginning or the end of its name, by its folder, or by nothing."""
    name = ran.json("show")["run"]
    for wanted in (name, name[:18], name[-4:], f"artifacts/runs/{name}"):
        assert root_of(ran, wanted) == name
    assert root_of(ran) == name


@pytest.mark.parametrize(("wanted", "said"), [("v0001", "matches more than one"), ("nothing", "there is no artifact")])
def test_a_name_that_names_not_one_thing_is_refused(ran: Project, wanted: str, said: str) -> None:
    """An ambiguous or unknown name is a usage error that says what there is."""
    assert said in ran.digits("lineage", wanted, status=2).stderr


def test_an_unknown_format_is_a_usage_error(ran: Project) -> None:
    """The formats are named."""
    assert "expected: tree, json, dot" in ran.digits("lineage", "--format", "xml", status=2).stderr


def test_without_a_champion_that_is_said(project: Project) -> None:
    """The champion of a project that has none is a missing input."""
    assert "there is no champion yet" in project.digits("lineage", "champion", status=4).stderr


def test_every_event_joins_what_is_listed(ran: Project) -> None:
    """In the JSON each Event names an Execution and an Artifact of the document, each Artifact with its type."""
    document = json.loads(ran.digits("lineage", "--format", "json").stdout)
    artifacts = {each["id"] for each in document["artifacts"]}
    executions = {each["id"] for each in document["executions"]}
    assert {(each["execution"] in executions, each["artifact"] in artifacts) for each in document["events"]} == {
        (True, True)
    }
    assert [each["type"] for each in document["events"]].count("OUTPUT") == 4
    assert {each["type"] for each in document["artifacts"]} == {"toys.text.Text", "Blessing", "Bundle"}


def test_the_drawing_for_graphviz_has_an_edge_for_each_event(ran: Project) -> None:
    """--format dot has a node for each Artifact and Execution, and an edge for each Event."""
    document, dot = (ran.digits("lineage", "--format", each).stdout for each in ("json", "dot"))
    events = json.loads(document)["events"]
    assert dot.startswith("digraph lineage {")
    assert dot.count(" -> ") == len(events)
    assert dot.count("shape=box") == 4


def test_who_took_an_artifact_is_said(ran: Project) -> None:
    """Below the lineage of an artifact stands which Executions took it, and what they made of it."""
    tree = ran.digits("lineage", "shout.shouted").stdout
    assert sorted(re.findall(r"^INPUT of Execution (\w+)", tree, re.MULTILINE)) == ["bless", "pack"]


def test_a_lineage_does_not_contradict_time(ran: Project) -> None:
    """After a rerun with equal content the champion still comes from the executions it was made by."""
    first = ran.json("show")["run"]
    ran.digits("rerun", "shout")
    ran.digits("rerun", "say")
    done = ran.digits("lineage", "champion", "--format", "json").stdout
    assert {each["context"] for each in json.loads(done)["executions"]} == {first}
    assert ran.digits("lineage", "champion").stdout.count("and 1 more") == 2


def test_a_lost_record_is_said(ran: Project) -> None:
    """An artifact whose Execution is gone keeps its place, with a word that it is gone."""
    for record in (ran.artifacts / "store" / "say" / "executions").iterdir():
        record.unlink()
    assert "no record of the Execution that produced it" in ran.digits("lineage", "champion").stdout


def test_the_shell_offers_artifacts_and_runs(ran: Project) -> None:
    """Typing offers the champion, the outputs of the latest run, and runs."""
    line = f"digits -C {ran.path} lineage "
    asked = {"COMP_WORDS": line, "COMP_CWORD": "4", "_DIGITS_COMPLETE": "complete_bash"}
    offered = Project(ran.path, asked).digits().stdout.split()
    assert {"champion", "pack.bundle", "say.text", ran.json("show")["run"]} <= set(offered)


def test_nothing_heavy_is_loaded(ran: Project) -> None:
    """The command imports no TensorFlow, numpy or pyarrow."""
    code = (
        "import sys; from pipeline.cli.main import app; app(sys.argv[1:], standalone_mode=False);"
        "print([name for name in ('tensorflow', 'numpy', 'pyarrow', 'matplotlib', 'rich') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, "-C", str(ran.path), "lineage", "champion"]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"

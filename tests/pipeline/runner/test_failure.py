"""Stages that fail."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.project import DIGITS, Project
from tests.waiting import PATIENCE

LINGERING = """\
import atexit
from pathlib import Path

import tensorflow

HERE = Path(__file__).parents[1]
atexit.register(HERE.joinpath("called-handler").touch)


class Lingering:
    touch = HERE.joinpath("called-destructor").touch

    def __del__(self) -> None:
        self.touch()


LINGERING = Lingering()


def louder"""


def test_a_failure_names_the_stage_and_the_error_first(project: Project) -> None:
    """The message has the error, the command to rerun, the logs, and only the component's traceback."""
    failed = project.digits("run", "--set", "say.fail=no words", status=1)
    lines = failed.stderr[failed.stderr.index("error:") :].splitlines()
    assert lines[0] == "error: say failed: ValueError: no words"
    assert f"digits -C {project.path} rerun say --set 'say.fail=no words'" in lines[1]
    assert "log.jsonl" in lines[2]
    assert "output.txt" in lines[3]
    assert "raise ValueError(config.fail)" in failed.stderr
    assert "runner.py" not in failed.stderr


def test_finished_stages_are_kept_after_a_failure(ran: Project) -> None:
    """Stages that finished before a failure do not run again once its cause is fixed."""
    ran.edit("toys/shout.py", "louder(text.read())", "louder(1)")
    assert ran.outcomes("--set", "say.word=new", status=1) == {
        "say": "ran",
        "shout": "failed",
        "bless": "skipped",
        "pack": "skipped",
    }
    ran.edit("toys/shout.py", "louder(1)", "louder(text.read())")
    assert ran.outcomes("--set", "say.word=new")["say"] == "unchanged"


def test_a_corrupt_input_exits_4(project: Project) -> None:
    """A DigitsError has its own exit code and no traceback."""
    failed = project.digits("run", "--set", "say.corrupt=true", status=4)
    assert "found:    a typo" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_an_output_that_is_not_written_is_a_failure(project: Project) -> None:
    """A component that leaves an output empty fails, and nothing is published."""
    failed = project.digits("run", "--set", "say.silent=true", status=1)
    assert "output text was not written" in failed.stderr
    assert not (project.artifacts / "store" / "say" / "text").exists()


def test_a_stage_that_exits_has_failed(project: Project) -> None:
    """A component that calls sys.exit(0) fails the run."""
    project.edit("toys/shout.py", "    Text.write", "    raise SystemExit(0)\n    Text.write")
    failed = project.digits("run", status=1)
    assert "error: shout failed: SystemExit: 0" in failed.stderr


def test_code_edited_during_a_run_fails_its_stage(project: Project) -> None:
    """A stage whose code was edited since the run began fails, so that its fingerprint stays true."""
    project.hold("say")
    process = project.start("run")
    project.wait_for_held("say")
    project.edit("toys/louder.py", "text.upper()", "text.lower()")
    project.release("say")
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "the code of shout was edited since the run began" in err


def test_a_link_in_an_output_is_a_failure(project: Project) -> None:
    """A symbolic link in an output fails the stage, because its target cannot be sealed."""
    project.edit(
        "toys/say.py", "    time.sleep", "    (text.path / 'link').symlink_to('/etc/hostname')\n    time.sleep"
    )
    assert "output text contains a link" in project.digits("run", status=1).stderr


def test_a_manifest_written_by_a_component_is_a_failure(project: Project) -> None:
    """A component that writes manifest.json fails: the name belongs to the store."""
    project.edit("toys/say.py", "    time.sleep", "    (text.path / 'manifest.json').touch()\n    time.sleep")
    assert "output text contains a manifest.json" in project.digits("run", status=1).stderr


def test_a_run_works_with_closed_streams(project: Project) -> None:
    """A run succeeds without standard streams, as under cron."""
    command = f"{DIGITS} -C {project.path} run >&- 2>&- <&-"
    subprocess.run(["bash", "-c", command], env=project.variables(), check=True)
    assert project.json("show")["outcome"] == "promoted"


@pytest.mark.tensorflow
def test_a_process_with_tensorflow_skips_destructors(project: Project) -> None:
    """A process that loaded TensorFlow exits after its exit handlers, without destructors, with its exit code."""
    project.edit("toys/louder.py", "def louder", LINGERING)
    ended = project.digits("run", "--set", "bless.least=100", status=3)
    assert ended.stdout.splitlines()[-1].startswith("report ")
    assert [path.name for path in project.path.glob("called-*")] == ["called-handler"]


def test_a_file_where_a_folder_belongs_is_named(project: Project) -> None:
    """A file in the place of artifacts/ is an error that begins with the path."""
    project.artifacts.touch()
    failed = project.digits("run", status=4)
    assert failed.stderr.startswith(f"error: {project.artifacts}")
    assert "Traceback" not in failed.stderr


def test_a_full_disk_is_explained(project: Project, tmp_path: Path) -> None:
    """On a full disk the error names the stage and the file, what is free, and what to do; freed, the run completes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", disk], check=False, capture_output=True
    ).returncode:
        pytest.skip("this machine lets no user mount a small disk")
    project.edit(
        "toys/shout.py", "    Text.write", '    (shouted.path / "large").write_bytes(bytes(10**6))\n    Text.write'
    )
    script = f"mount -t tmpfs -o size=1000k tmpfs {disk} && cp -r {project.path} {disk}/toy && cd {disk}/toy && "
    script += f"{{ {DIGITS} run; echo exit code $?; }} && mount -o remount,size=10m {disk} && {DIGITS} run --json"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=True)
    assert "the disk is full: shout could not write artifacts/.staging/shout-" in done.stderr
    assert "shouted/large" in done.stderr
    assert "digits gc" in done.stderr
    assert "Traceback" not in done.stderr
    summary, _, document = done.stdout.partition("exit code 1\n")
    assert "shout" in summary
    assert json.loads(document)["outcome"] == "promoted"


def test_a_folder_that_does_not_exist_is_a_usage_error(project: Project) -> None:
    """-C with a misspelt folder does not fall back to a project in a parent folder."""
    failed = Project(project.path / "slip", {}).digits("check", status=2)
    assert "there is no such folder" in failed.stderr

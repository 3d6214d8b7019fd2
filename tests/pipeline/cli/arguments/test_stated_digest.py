"""A stated digest holds for the files that are used, whatever happened to the folder after it was found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.model.selftest import selftest
from inference.server.answering.served import Followed
from pipeline.cli.arguments.models import Chosen, find_model
from pipeline.packaging.folder import write_folder
from pipeline.registry.archive import write_archive
from schemas.errors import InputError
from tests.inference.pictures import as_file, seven
from tests.pinned import pinned
from tests.pipeline.cli.arguments.test_models import context_of
from tests.project import Project
from tests.sealed.refused import write_refused

USES: dict[str, Callable[[Chosen, Path], object]] = {
    "predict, score and cut": lambda chosen, _: chosen.load(),
    "serve": lambda chosen, _: Followed(chosen.link, 1, print, chosen.content),
    "export": lambda chosen, to: write_archive(chosen.folder, to / "a.zip", (), chosen.content),
    "package": lambda chosen, to: write_folder(chosen.folder, to / "image", chosen.content),
    "selftest": lambda chosen, _: selftest(chosen.folder, content=chosen.content),
}
COUNTED = """
import atexit, json, sys
opened = []
atexit.register(lambda: print(json.dumps(opened), file=sys.stderr))
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
from pipeline.cli.main import main
main()
"""


def _exchange(folder: Path, other: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(other, folder)


@pytest.mark.parametrize("use", USES)
def test_another_model_in_the_place_of_the_stated_one_is_refused(use: str, bundle: Path, tmp_path: Path) -> None:
    """A folder that is exchanged after its digest was compared is not used."""
    stated = write_refused(tmp_path / "theirs").path
    chosen = find_model(context_of(tmp_path), pinned(stated))
    _exchange(stated, bundle.resolve())
    with pytest.raises(InputError, match="is another model") as error:
        USES[use](chosen, tmp_path)
    assert error.value.expected == chosen.content
    assert not (tmp_path / "a.zip").exists()
    assert not (tmp_path / "image").exists()


def test_a_copy_of_a_model_of_the_project_stays_that_copy(sealed: Project, bundle: Path, tmp_path: Path) -> None:
    """What the store vouches for is the content that the folder had; another one there is refused."""
    copied = Path(shutil.copytree(bundle.resolve(), tmp_path / "copied"))
    chosen = find_model(context_of(sealed.path), str(copied))
    shutil.rmtree(copied)
    write_refused(copied)
    with pytest.raises(InputError, match="is another model"):
        chosen.load()


def test_a_server_follows_no_link_to_another_model(bundle: Path, tmp_path: Path) -> None:
    """The folder that a running server was started with becomes a link to another model: the first one stays."""
    stated = write_refused(tmp_path / "theirs").path
    chosen = find_model(context_of(tmp_path), pinned(stated))
    served = Followed(chosen.link, 1, print, chosen.content)
    shutil.rmtree(stated)
    stated.symlink_to(bundle.resolve())
    assert served.changed()
    served.refresh()
    assert served.current.bundle.content == chosen.content


def test_each_file_is_opened_once(tmp_path: Path) -> None:
    """With a stated digest, `predict` opens each file that it uses once and none of the others."""
    stated = write_refused(tmp_path / "theirs").path
    (tmp_path / "seven.png").write_bytes(as_file(seven(), "PNG"))
    command = [sys.executable, "-c", COUNTED, "predict", "seven.png", "--model", pinned(stated)]
    done = subprocess.run(
        command, cwd=tmp_path, env=Project(tmp_path, {}).variables(), capture_output=True, text=True, check=True
    )
    paths = map(Path, json.loads(done.stderr.splitlines()[-1]))
    opened = Counter(path.name for path in paths if path.parent == stated)
    assert "answered" in done.stdout
    assert {opened[name] for name in ("model.tflite", "labels.json", "calibration.json", "golden.json")} == {1}
    assert not {"statistics.json", "transform.json", "README.md"} & opened.keys()

"""The names by which --model finds a bundle, and the errors where it finds none."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from pipeline.aliases import set_alias
from pipeline.cli.arguments.models import find_model
from pipeline.cli.main import app
from pipeline.history import name_run
from pipeline.registry.bundles import bundles
from schemas.artifacts.bundle import Bundle, version_of
from schemas.errors import DigitsError, InputError, UsageError
from tests.forked import run_forked
from tests.inference.pictures import as_file, seven
from tests.pinned import pinned
from tests.project import DIGITS, Project
from tests.sealed.refused import write_refused
from tests.serving import serving


def context_of(folder: Path) -> typer.Context:
    """Return the context of a command that -C sends to a folder."""
    return typer.Context(typer.main.get_command(app), obj=folder)


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """Return the folder of a refused bundle, outside any project."""
    return write_refused(tmp_path / "theirs").path


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that belongs to no project, with a picture of a 7 in it."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "seven.png").write_bytes(as_file(seven(), "PNG"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "elsewhere"


@pytest.mark.parametrize("length", [5, 8, 12, 14])
def test_a_model_is_found_by_name_or_digest(length: int, sealed: Project, bundle: Path) -> None:
    """A bundle is found by its version name, or by the beginning of its name or of its digest."""
    version = bundle.resolve()
    for wanted in (version.name, Bundle(bundle).digest):
        assert find_model(context_of(sealed.path), wanted[:length]).folder == version


def test_the_champion_is_followed(sealed: Project, bundle: Path) -> None:
    """Without a name, and as `champion`, the model is the champion, and its link is the champion's."""
    for wanted in (None, "champion"):
        chosen = find_model(context_of(sealed.path), wanted)
        assert (chosen.folder, chosen.link) == (bundle.resolve(), sealed.artifacts / "champion")
        assert chosen.standing == ""


def test_an_alias_is_followed(sealed: Project, tmp_path: Path) -> None:
    """An alias stands for its bundle, and its link is the alias's."""
    project = sealed.copy(tmp_path)
    [path] = bundles(project.artifacts)
    set_alias(project.artifacts, "staging", path)
    chosen = find_model(context_of(project.path), "staging")
    assert (chosen.folder, chosen.link) == (project.artifacts / path, project.artifacts / "aliases" / "staging")


def test_a_digest_needs_no_project(refused: Path, elsewhere: Path) -> None:
    """A path with its digest is that of a bundle anywhere; beside its name stands its own verdict."""
    chosen = find_model(context_of(elsewhere), f"../theirs@{Bundle(refused).digest}")
    standing = "refused by the gate"
    assert (chosen.folder, chosen.name) == (refused, f"{chosen.version}, {standing}")
    assert chosen.warning == {"model_warning": standing}


def test_what_nothing_vouches_for_is_refused(refused: Path, elsewhere: Path, sealed: Project) -> None:
    """A bundle from elsewhere is refused with its digest, and with what states that digest; a project can import it."""
    stated = f"../theirs@{Bundle(refused).digest}"
    with pytest.raises(InputError, match="nothing vouches for the model") as error:
        find_model(context_of(elsewhere), "../theirs")
    assert error.value.found == f"content digest {Bundle(refused).digest}"
    assert error.value.do.endswith(f"if they are equal, pass {stated}")
    with pytest.raises(InputError, match="nothing vouches for") as error:
        find_model(context_of(sealed.path), "../theirs")
    assert error.value.do.endswith(f"or digits import {stated} takes it into this project")


def test_the_refusal_has_the_command_to_run(refused: Path, elsewhere: Path) -> None:
    """The command in the error is the one that failed, with the digest, and reads the picture."""
    command = ["digits", "predict", "seven.png", "--model", str(refused)]
    failed = run_forked([str(DIGITS), *command[1:]], Project(elsewhere, {}).variables(), elsewhere)
    assert failed.returncode == 4
    advised = failed.stderr.partition("if they are equal, ")[2].split()
    assert advised == [*command[:-1], pinned(refused)]
    assert "answered" in _run(elsewhere, *advised[1:]).stdout


@pytest.mark.parametrize("name", ["model.tflite", "verdict.json", "labels.json"])
def test_a_file_that_differs_is_refused_whatever_digest_is_stated(refused: Path, elsewhere: Path, name: str) -> None:
    """A swapped file beside the manifest of another is damage when it is read, whether its digest is stated or not."""
    stated = pinned(refused)
    (refused / name).chmod(0o644)
    (refused / name).write_bytes((refused / name).read_bytes() + b" ")
    for wanted in (str(refused), stated):
        with pytest.raises(InputError, match=f"{name} is damaged"):
            find_model(context_of(elsewhere), wanted).load()


def test_a_copy_of_a_model_of_the_project_is_known(sealed: Project, bundle: Path, tmp_path: Path) -> None:
    """A copy of a bundle in the store is used as that one is; without the project nothing vouches for it."""
    copied = str(shutil.copytree(bundle, tmp_path / "copied"))
    assert find_model(context_of(sealed.path), copied).standing == ""
    with pytest.raises(InputError, match="nothing vouches for"):
        find_model(context_of(tmp_path), copied)


def test_a_digest_says_which_model_it_must_be(refused: Path, sealed: Project, elsewhere: Path) -> None:
    """With @ and its digest a model from elsewhere is taken, and any other model is refused."""
    digest = Bundle(refused).digest
    assert find_model(context_of(elsewhere), f"../theirs@{digest}").standing == "refused by the gate"
    for other in ("../theirs", "champion"):
        with pytest.raises(InputError, match="is another model") as error:
            find_model(context_of(sealed.path), f"{other}@{digest[::-1]}")
        assert error.value.expected == digest[::-1]
    with pytest.raises(UsageError, match="names no digest"):
        find_model(context_of(elsewhere), f"../theirs@{digest[:8]}")


def test_a_file_is_to_be_imported(elsewhere: Path, sealed: Project) -> None:
    """The error for an exported file says how to take it in."""
    sealed.digits("export", "--to", str(elsewhere / "model.zip"))
    with pytest.raises(InputError, match="is not a bundle") as error:
        find_model(context_of(sealed.path), "./model.zip")
    assert error.value.do == "digits import model.zip takes the model in it"


def test_a_path_into_a_project_is_a_version_of_it(sealed: Project, bundle: Path, elsewhere: Path) -> None:
    """The path of a version, or of a link to one, is that version, in its own project or with its digest."""
    for path in (bundle, bundle.resolve()):
        assert find_model(context_of(sealed.path), str(path)).folder == bundle.resolve()
        assert find_model(context_of(elsewhere), pinned(path)).folder == bundle.resolve()
    assert find_model(context_of(sealed.path), f"{bundle.resolve()}/").standing == ""


@pytest.mark.parametrize(
    ("wanted", "kind", "found"),
    [
        ("./nowhere", InputError, "nothing there"),
        ("./seven.png", InputError, "a file"),
        (".", InputError, "a folder with seven.png"),
        ("nix", UsageError, None),
        ("v0001", UsageError, None),
        (None, UsageError, None),
    ],
)
def test_without_a_project_errors_say_what_was_found(
    elsewhere: Path, wanted: str | None, kind: type[DigitsError], found: str | None
) -> None:
    """A path that is no bundle says what lies there; any other name needs a project."""
    with pytest.raises(kind) as error:
        find_model(context_of(elsewhere), wanted)
    assert error.value.found == (found or "")
    assert ("is not a bundle" if found else "there is no pipeline.yaml") in str(error.value)
    assert found or "or pass --model with the path of a bundle" in error.value.do


def test_another_artifact_is_no_bundle(ran: Project) -> None:
    """The path of an artifact of another type says its type, and names a bundle."""
    with pytest.raises(InputError, match="is not a bundle") as error:
        find_model(context_of(ran.path), str(ran.artifacts / "latest" / "say.text"))
    assert error.value.found == "an artifact of type toys.text.Text"
    assert "store/pack/bundle/v0001-" in error.value.expected


def test_an_unknown_name_lists_what_there_is(sealed: Project, tmp_path: Path) -> None:
    """The error names the versions and the aliases, and the nearest of them."""
    project = sealed.copy(tmp_path)
    [path] = bundles(project.artifacts)
    set_alias(project.artifacts, "staging", path)
    with pytest.raises(UsageError, match="there is no model stagin") as error:
        find_model(context_of(project.path), "stagin")
    assert error.value.do == f'did you mean "staging"? there are {Path(path).name}; aliases: staging'


def test_a_run_stands_for_its_model(ran: Project) -> None:
    """A run, by its name, its end, a name that people gave it, or as `latest`, is the bundle that it made."""
    run = (ran.artifacts / "latest").readlink().name
    name_run(ran.artifacts, run, "first try")
    for wanted in (run, run[-4:], "first try", "latest"):
        assert find_model(context_of(ran.path), wanted).folder.name.startswith("v0001-")


def test_a_refused_run_stands_for_a_bundle_that_is_written(project: Project) -> None:
    """The bundle of a refused run is written by another process when the run is named, and only once."""
    project.edit("pipeline.yaml", "toys.pack", "toys.wrap")
    inputs = "{text: shout.shouted}\n    requires"
    project.edit("pipeline.yaml", inputs, inputs.replace("}", ", blessing: bless.blessing}"))
    project.digits("run", "--set", "bless.least=100", status=3)
    chosen = find_model(context_of(project.path), "latest")
    assert chosen.standing == "refused by the gate"
    executions = project.artifacts / "store" / "pack" / "executions"
    assert len(list(executions.iterdir())) == 1
    assert find_model(context_of(project.path), "latest") == chosen
    assert not (project.artifacts / "champion").is_symlink()


def test_a_refused_run_without_a_champion_can_be_used(project: Project) -> None:
    """The error for a project whose only model was refused says how to use it all the same."""
    project.digits("run", "--set", "bless.least=100", status=3)
    with pytest.raises(InputError, match="there is no champion yet") as error:
        find_model(context_of(project.path), None)
    assert "--model latest uses it all the same" in error.value.do


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    done = run_forked([str(DIGITS), *words], Project(folder, {}).variables(), folder)
    assert done.returncode == 0, done.stderr
    return done


def test_every_output_warns_of_a_refused_model(refused: Path, elsewhere: Path) -> None:
    """predict, score and cut name a refused model, in words and in --json, and read with it."""
    model, version = ("--model", pinned(refused)), version_of(refused, Bundle(refused).digest)
    read = _run(elsewhere, "predict", "seven.png", *model)
    assert read.stderr == f"model: {version}, refused by the gate\n"
    assert "answered" in read.stdout
    for words in (("predict", "seven.png"), ("predict", "seven.png", "--all")):
        [answer] = json.loads(_run(elsewhere, *words, *model, "--json").stdout)
        assert (answer["model"], answer["model_warning"]) == (version, "refused by the gate")
    scored = _run(elsewhere, "score", ".", *model, "--workers", "1", "--out", "a.csv")
    assert f"model    {version}, refused by the gate" in scored.stdout
    scored = _run(elsewhere, "score", ".", *model, "--workers", "1", "--out", "b.csv", "--json")
    assert json.loads(scored.stdout)["model_warning"] == "refused by the gate"
    cut = _run(elsewhere, "cut", "seven.png", *model, "--out", "cut", "--json")
    assert json.loads(cut.stdout)["model_warning"] == "refused by the gate"


def test_a_server_warns_of_a_refused_model(refused: Path, sealed: Project) -> None:
    """A server says it when it starts, in its answers and their headers, and to the page."""
    with serving(sealed, "--model", pinned(refused)) as server:
        assert server.get("/readyz").json["model_warning"] == "refused by the gate"
        reply = server.ask("POST", "/predict", as_file(seven(), "PNG"))
        assert reply.json["model_warning"] == reply.headers["x-model-warning"] == "refused by the gate"
        assert server.get("/model.json").json["standing"] == "refused by the gate"

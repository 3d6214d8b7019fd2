"""Find the model that --model names: by version, alias, run or path."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import is_zipfile

from inference.model.bundle import LoadedBundle, read_manifest, standing_in
from inference.model.pinned import check_content, split_pin
from pipeline.aliases import ALIASES, aliases
from pipeline.champion import champion
from pipeline.cli.arguments.project import artifacts_of
from pipeline.cli.arguments.vouched import is_vouched_for, not_vouched_for
from pipeline.history import use
from pipeline.pieces import BUNDLE, what_is
from pipeline.registry.bundles import bundles, standing
from pipeline.registry.starter import STANDING, find_starter
from pipeline.store import Store
from schemas.artifacts.bundle import Bundle, version_of
from schemas.errors import DigitsError, InputError, UsageError, nearest, printable
from schemas.manifest import Manifest

if TYPE_CHECKING:
    import typer

    from schemas.records.run import RunRecord

__all__ = ["Chosen", "find_candidate", "find_model", "find_version", "no_champion", "refusal"]

GET_ONE = "digits run trains, evaluates and promotes one"
EXPECTED = "a version or its digest, an alias, a run, latest, or the path of a bundle"
LISTED = 6


@dataclass(frozen=True)
class Chosen:
    """The model that a command works with.

    Attributes:
        folder: of its bundle.
        link: to it, which may come to point elsewhere: the champion, or an alias; the folder itself for the rest.
        standing: what to say beside its name, such as `refused by the gate`; empty for what a gate blessed.
        vouched_for: whether it is the project's own or the starter model, or has the digest that the user stated.
        content: the content digest that vouches for it, which whoever reads it must find; '' if its place does.
    """

    folder: Path
    link: Path
    standing: str
    vouched_for: bool = True
    content: str = ""

    @property
    def name(self) -> str:
        """Its version, and its standing if there is something to say: `v0004-8f3c1d2a, refused by the gate`."""
        return ", ".join(filter(None, (self.version, self.standing)))

    @property
    def version(self) -> str:
        """What the bundle is called in answers."""
        manifest = Manifest.read(self.folder)
        return version_of(self.folder, manifest.content) if manifest else self.folder.name

    @property
    def warning(self) -> dict[str, str]:
        """The standing as an entry of a JSON document; empty if there is nothing to say."""
        return {"model_warning": self.standing} if self.standing else {}

    def load(self) -> LoadedBundle:
        """Read its files.

        Raises:
            InputError: a file is missing or damaged, or another model lies there now.
        """
        return LoadedBundle.read(self.folder, self.content)

    def say(self) -> None:
        """Write the name to standard error if there is something to say about the model."""
        if self.standing:
            print(f"model: {printable(self.name)}", file=sys.stderr)


def find_model(context: typer.Context, wanted: str | None) -> Chosen:
    """Return the model that --model names; nothing in it has been opened but its manifest and its verdict.

    Args:
        context: of the command; a path with a digest needs no project.
        wanted: the option as given; None for the champion, or for the starter model while there is no other. It may end
            in @ and the content digest that the model must have.

    Raises:
        InputError: there is no champion and no starter model; the path is no bundle, or one that nothing vouches for;
            or the digest is another one.
        UsageError: nothing has that name, or more than one thing.
    """
    chosen = find_candidate(context, wanted)
    if not chosen.vouched_for:
        raise refusal(context, str(wanted), chosen)
    return chosen


def refusal(context: typer.Context, wanted: str, chosen: Chosen) -> InputError:
    """Return the error for a model that nothing vouches for."""
    return not_vouched_for(wanted, chosen.folder, in_project=_own(context) is not None)


def find_candidate(context: typer.Context, wanted: str | None) -> Chosen:
    """Return the model of a name as `find_model` does, even if nothing vouches for it: nobody may open its network."""
    name, digest = split_pin(wanted) if wanted else (None, "")
    if name and _is_path(name):
        return _at(context, Path(name).expanduser(), digest)
    chosen = _named(context, name)
    if not digest:
        return chosen
    check_content(read_manifest(chosen.folder).content, digest, str(name))
    return replace(chosen, link=chosen.folder, content=digest)


def _named(context: typer.Context, wanted: str | None) -> Chosen:
    try:
        artifacts = artifacts_of(context)
    except UsageError as error:
        way = "pass --model with the path of a bundle"
        raise UsageError(error.headline, do="; or ".join(filter(None, [error.do, way]))) from error
    if wanted is None and (starter := _find_starter(artifacts)):
        return starter
    if wanted is None or wanted == "champion":
        return _chosen(artifacts, _find_champion(artifacts), artifacts / "champion")
    path = find_version(artifacts, wanted)
    link = artifacts / ALIASES / wanted
    return _chosen(artifacts, path, link if link.is_symlink() else None)


def find_version(artifacts: Path, wanted: str) -> str:
    """Return the path of a bundle of the project, relative to *artifacts*, by version, digest, alias, run or path.

    The bundle of a run that the gate refused is written if it is not there yet.

    Raises:
        InputError: an alias leads nowhere, a run has no model, or a path is not that of a bundle of the project.
        UsageError: nothing has that name, or more than one thing.
    """
    if wanted == "champion":
        return _find_champion(artifacts)
    if target := aliases(artifacts).get(wanted):
        if not BUNDLE.fullmatch(target) or not (artifacts / target).is_dir():
            do = f"digits alias {wanted} VERSION, or digits alias {wanted} --remove"
            found = f"no {target}" if BUNDLE.fullmatch(target) else what_is(artifacts / ALIASES / wanted)
            raise InputError(f"the alias {wanted} leads nowhere", found=found, do=do)
        return target
    if _is_path(wanted):
        return _path_within(artifacts, Path(wanted).expanduser())
    found = [path for path in bundles(artifacts) if _matches(artifacts, path, wanted)]
    runs = [] if found else _matching_runs(artifacts, wanted)
    if len(found) == 1:
        return found[0]
    if len(runs) == 1:
        return _of_run(artifacts, runs[0])
    names = _shown([Path(path).name for path in found] or [run.run for run in runs])
    if names:
        raise UsageError(f"{wanted} matches more than one {'model' if found else 'run'}", found=names)
    raise _unknown(artifacts, wanted)


def no_champion(artifacts: Path) -> InputError:
    """Return the error for a project without a champion: why there is none, and which models exist instead."""
    from pipeline.history import read_runs

    latest = next(read_runs(artifacts), None)
    others = _shown([Path(path).name for path in bundles(artifacts)])
    other = f"; or pass --model with one that is not the champion: {others}" if others else ""
    if latest and latest.outcome == "rejected":
        headline = f"there is no champion yet: the gate refused the model of the latest run, {latest.run}"
        return InputError(headline, do="digits show lists the rules it missed; --model latest uses it all the same")
    return InputError("there is no champion yet", do=GET_ONE + other)


def _is_path(wanted: str) -> bool:
    """Return whether a name is that of a folder: it has a separator, or a bundle lies there."""
    return os.sep in wanted or wanted in {".", "..", "~"} or Path(wanted, "manifest.json").is_file()


def _at(context: typer.Context, path: Path, digest: str) -> Chosen:
    """Return the bundle at a path; if it lies in the store of a project, with what that project knows of it."""
    folder = Path(os.path.realpath(path))
    manifest = Manifest.read(folder)
    if manifest is None or manifest.type != Bundle.__name__:
        do = shlex.join(["digits", "import", str(path)]) + " takes the model in it" if is_zipfile(path) else ""
        raise InputError(f"{path} is not a bundle", found=_what_is(folder, manifest), expected=_such_as(context), do=do)
    manifest = read_manifest(folder)
    content = manifest.content
    check_content(content, digest, str(path))
    if not digest and not is_vouched_for(_own(context), folder, content):
        return Chosen(folder, folder, "", vouched_for=False)
    artifacts = folder.parents[3] if len(folder.parents) > 3 else folder  # noqa: PLR2004  (artifacts/store/STAGE/OUTPUT)
    if folder.relative_to(artifacts).parts[:1] == ("store",):
        return replace(_chosen(artifacts, folder.relative_to(artifacts).as_posix()), content=content)
    return Chosen(folder, folder, standing_in(folder, manifest), content=content)


def _own(context: typer.Context) -> Path | None:
    """Return the artifacts of the project that a command works in; None if there is no project."""
    try:
        return artifacts_of(context)
    except DigitsError:
        return None


def _path_within(artifacts: Path, path: Path) -> str:
    """Return the path of a bundle relative to *artifacts*, below which it must lie."""
    folder = Path(os.path.realpath(path))
    within = {(artifacts / each).resolve(): each for each in bundles(artifacts)}
    if folder not in within:
        do = shlex.join(["digits", "import", str(path)])
        raise InputError(f"{path} is no model of this project", do=f"{do} takes it in")
    return within[folder]


def _what_is(folder: Path, manifest: Manifest | None) -> str:
    if manifest:
        return f"an artifact of type {manifest.type}"
    if not folder.is_dir():
        return what_is(folder)
    names = sorted(path.name for path in folder.iterdir())
    return f"a folder with {_shown(names)}" if names else "an empty folder"


def _such_as(context: typer.Context) -> str:
    """Return what the path of a bundle is, with the models of the project as examples if there is one."""
    artifacts = _own(context)
    if artifacts is None:
        return "the folder of a bundle, with its manifest.json"
    names = _shown([str(artifacts / path) for path in bundles(artifacts)])
    return f"the folder of a bundle, such as {names}" if names else "the folder of a bundle; this project has none yet"


def _chosen(artifacts: Path, path: str, link: Path | None = None) -> Chosen:
    folder = artifacts / path
    use(folder)
    return Chosen(folder, link or folder, standing(path, Store(artifacts)))


def _find_starter(artifacts: Path) -> Chosen | None:
    """Return the model that is shipped, if the project has no model yet and no run has made one."""
    folder = find_starter() if champion(artifacts) is None and not bundles(artifacts) else None
    if folder is None or _refused(artifacts):
        return None
    return Chosen(folder, folder, STANDING)


def _refused(artifacts: Path) -> bool:
    """Return whether the gate refused the model of the latest run."""
    from pipeline.history import read_runs

    latest = next(read_runs(artifacts), None)
    return latest is not None and latest.outcome == "rejected"


def _find_champion(artifacts: Path) -> str:
    link = champion(artifacts)
    if link is None:
        raise no_champion(artifacts)
    if not (artifacts / link).is_dir():
        raise InputError(
            "the champion is gone",
            expected=str(artifacts / link),
            do="digits run exports it again; digits rollback goes back to the one before",
        )
    return link


def _matches(artifacts: Path, path: str, wanted: str) -> bool:
    """Return whether a bundle has a name, a digest or a path that begins with what is wanted."""
    name = Path(path).name
    if name.startswith(wanted) or path.removeprefix("store/").startswith(wanted):
        return True
    manifest = Manifest.read(artifacts / path)
    return manifest is not None and manifest.content.startswith(wanted)


def _matching_runs(artifacts: Path, wanted: str) -> list[RunRecord]:
    from itertools import islice

    from pipeline.history import read_runs, run_names

    runs, wanted = read_runs(artifacts), run_names(artifacts).get(wanted, wanted)
    if wanted == "latest":
        return list(islice(runs, 1))
    return [run for run in runs if run.run.startswith(wanted) or run.run.endswith(wanted)]


def _of_run(artifacts: Path, run: RunRecord) -> str:
    """Return the bundle of a run; write it first if the run has none."""
    made = [path for stage in run.stages for path in stage.outputs.values()]
    known = set(bundles(artifacts))
    if found := [path for path in [run.judged, *made] if path in known]:
        return found[-1]
    if not any(stage.outputs for stage in run.stages):
        raise InputError(f"run {run.run} has no model", found=f"a run that ended {run.outcome}", do="digits run")
    return _write(artifacts.parent, run.run)


def _write(project: Path, run: str) -> str:
    """Let another process write the bundle of a run, so that this one stays without TensorFlow; return its path."""
    command = [sys.executable, "-P", "-c", "from pipeline.cli.main import main; main()"]
    done = subprocess.run(
        [*command, "-C", str(project), "models", "write", run, "--quiet"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.returncode)  # it has said why
    return done.stdout.strip()


def _unknown(artifacts: Path, wanted: str) -> UsageError:
    versions, names = [Path(path).name for path in bundles(artifacts)], [*aliases(artifacts)]
    if not (versions or names):
        return UsageError(f"there is no model {wanted}", found="a project without a model", do=GET_ONE)
    there = f"there are {_shown(versions)}" + (f"; aliases: {_shown(names)}" if names else "")
    hint = nearest(wanted, [*names, *versions])
    return UsageError(f"there is no model {wanted}", expected=EXPECTED, do=f"{hint} {there}".strip())


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more

"""Builds and runs the stages of a Containerfile without a container engine.

Each stage is a folder that becomes the root of its own mount namespace (`unshare`, `chroot`). `FROM python:...` stands
for this machine's shared libraries, programs and configuration, read-only, with the Python of the tests in /usr/local,
as in the official image: no folder of this project, and no package of its environment, is reachable. What an engine
does beyond that (layers, its own users and network, cgroups) is left out.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Image", "Stage", "build", "can_unshare", "read_stages"]

SYSTEM = ("bin", "etc", "lib", "lib64", "sbin", "usr", "dev")
"""Folders of this machine that stand for those of the base image."""
BASE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": "/usr/local/lib"}
"""Variables of the base image; the second one stands for its cache of shared libraries, which has Python's own."""
CHROOT = shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin:/bin") or "chroot"


@dataclass
class Stage:
    """One stage.

    Attributes:
        name: after AS; '' for none.
        base: the stage or the image it starts from.
        steps: the other instructions in order, each with its words.
    """

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@dataclass
class Image:
    """A built stage.

    Attributes:
        root: its files, without those of the base image.
        variables: ENV.
        settings: the last USER, ENTRYPOINT, EXPOSE, HEALTHCHECK and WORKDIR.
    """

    root: Path
    variables: dict[str, str] = field(default_factory=dict[str, str])
    settings: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def entrypoint(self) -> list[str]:
        """The command that it runs, in exec form."""
        return json.loads(self.settings["ENTRYPOINT"])

    @property
    def health(self) -> list[str]:
        """The command that tells whether it is healthy, in exec form."""
        return json.loads(self.settings["HEALTHCHECK"].partition("CMD ")[2])

    def start(self, *words: str, told: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Run its command as an engine does with `--read-only`: as its user, process 1, no place to write to."""
        user = self.settings.get("USER", "0:0")
        return subprocess.Popen(
            _inside(self.root, [*self.entrypoint, *words], user, write=False),
            env=BASE | self.variables | (told or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, command: list[str], told: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run another command beside it, as a health check."""
        inside = _inside(self.root, command, self.settings.get("USER", "0:0"), write=False)
        return subprocess.run(inside, env=BASE | self.variables | told, capture_output=True, text=True, check=False)


def read_stages(text: str, arguments: dict[str, str]) -> list[Stage]:
    """Return the stages of a Containerfile; an ARG has its default unless *arguments* has a value."""
    known: dict[str, str] = {}
    stages: list[Stage] = []
    for line in _lines(text):
        instruction, _, rest = line.partition(" ")
        rest = re.sub(r"\$\{(\w+)\}", lambda found: known.get(found[1], found[0]), rest)
        if instruction == "ARG":
            name, _, value = rest.partition("=")
            known[name] = arguments.get(name, value)
        elif instruction == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(name, base))
        else:
            stages[-1].steps.append((instruction, rest))
    return stages


def _lines(text: str) -> list[str]:
    """Return the instructions, continued lines joined, without comments."""
    kept = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return re.sub(r"\\\n\s*", " ", "\n".join(kept)).splitlines()


def build(stages: list[Stage], target: str, context: Path, folder: Path) -> Image:
    """Build a stage and those that it needs; every RUN must succeed.

    Args:
        stages: of the Containerfile.
        target: name of the stage; '' for the last one.
        context: the folder that COPY copies from.
        folder: for the roots of the stages.
    """
    stage = next(each for each in stages if each.name == target) if target else stages[-1]
    root = folder / (stage.name or "last")
    if stage.base in {each.name for each in stages}:
        base = build(stages, stage.base, context, folder)
        shutil.copytree(base.root, root, symlinks=True)
        image = Image(root, dict(base.variables), dict(base.settings))
    else:
        assert stage.base.startswith("python:")
        root.mkdir()
        image = Image(root)
    for instruction, rest in stage.steps:
        if instruction == "RUN":
            _run(image, rest)
        elif instruction == "COPY":
            _copy(rest, image, stages, context, folder)
        elif instruction == "ENV":
            image.variables |= dict(word.split("=", 1) for word in shlex.split(rest))
        else:
            assert instruction in {"WORKDIR", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "USER"}, instruction
            image.settings[instruction] = rest
    return image


def _copy(rest: str, image: Image, stages: list[Stage], context: Path, folder: Path) -> None:
    *sources, target = rest.split()
    origin = context
    if sources[0].startswith("--from="):
        name = sources.pop(0).removeprefix("--from=")
        origin = folder / name
        if not origin.exists():
            build(stages, name, context, folder)
    to = image.root / image.settings.get("WORKDIR", "/").lstrip("/") / target.lstrip("/")
    found = [path for source in sources for path in sorted(origin.glob(source.lstrip("/")))]
    assert len(found) >= len(sources), rest
    for path in found:
        if path.is_dir():
            shutil.copytree(path, to, symlinks=True, dirs_exist_ok=True)
        else:
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)


def _run(image: Image, script: str) -> None:
    """Run a command of the build as root, with the network, and with pip's settings of this machine."""
    variables = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "REQUESTS_"))}
    variables.pop("PIP_FIND_LINKS", None)
    folder = image.settings.get("WORKDIR", "/")
    command = ["/bin/sh", "-c", f"mkdir -p {folder} && cd {folder} && {script}"]
    done = subprocess.run(
        _inside(image.root, command, "0:0", write=True),
        env={**BASE, "HOME": "/tmp", **image.variables, **variables},  # noqa: S108  (in a root of its own)
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"RUN {script}\n{done.stdout}\n{done.stderr}"


def _inside(root: Path, command: list[str], user: str, *, write: bool) -> list[str]:
    """Return the command that runs another one with *root* as its root, as process 1 of its own namespaces."""
    at = shlex.quote(str(root))
    lines = ["set -e", f"mount --bind {at} {at}", f"cd {at}"]
    for name in SYSTEM:
        if Path("/", name).is_dir():
            lines.append(f"mkdir -p {name} && mount --rbind /{name} {name}")
            if name != "dev":
                lines.append(f"mount -o remount,bind,ro {name}")
    lines += [
        f"mount --bind {shlex.quote(sys.base_prefix)} usr/local && mount -o remount,bind,ro usr/local",
        "mkdir -p proc && mount -t proc proc proc",
        "mkdir -p tmp && chmod 1777 tmp" if write else f"mount -o remount,bind,ro {at}",
        f"exec {CHROOT} {'--userspec=' + user if os.geteuid() == 0 else ''} . {shlex.join(command)}",
    ]
    return [*_unshare(), "/bin/sh", "-c", "\n".join(lines)]


def _unshare() -> list[str]:
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", *mapped, "--mount", "--pid", "--fork", "--kill-child"]


def can_unshare() -> bool:
    """Tell whether this machine lets us make namespaces, and has its Python in a folder of its own."""
    if not shutil.which("unshare") or sys.base_prefix == "/usr":
        return False
    tried = subprocess.run([*_unshare(), "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    return tried.returncode == 0

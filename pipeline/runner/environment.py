"""The environment of a run, for its record."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from pipeline.fingerprints.libraries import library_versions
from pipeline.fingerprints.source import read_source
from pipeline.specification.stage import Pipeline

__all__ = ["environment_of"]


def environment_of(pipeline: Pipeline) -> dict[str, Any]:
    """Return the environment of the run: Python, platform, processors, libraries, git commit."""
    sources = [read_source(stage.contract.module, pipeline.project, stage.functions) for stage in pipeline.stages]
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "libraries": library_versions(
            frozenset[str]().union(*(source.libraries for source in sources)), pipeline.project
        ),
        "git": _git_commit(pipeline.project),
    }


def _git_commit(project: Path) -> str | None:
    """Return the project's commit, with -dirty if files differ from it; None outside a repository."""
    if not any((folder / ".git").exists() for folder in (project, *project.parents)):
        return None
    command = ["git", "-C", str(project), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        answer = subprocess.run(command, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()

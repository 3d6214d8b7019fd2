"""`digits package`: a folder from which a container that serves a model is built."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.arguments.completion import ModelOption

__all__ = ["package"]

To = Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to write; it must not exist, or be empty.")]


def package(context: typer.Context, to: To, *, model: ModelOption = None) -> None:
    """Write a folder with all that a container needs.

    It is for Cloud Run, Vertex AI, SageMaker, ECS, Lambda, Kubernetes and KServe. It has the bundle, the server, its
    locked requirements without TensorFlow, a Containerfile, a bill of materials, and a README with the commands of each
    cloud.
    """
    from pipeline.cli.arguments.models import find_model
    from pipeline.packaging.folder import write_folder
    from schemas.errors import printable

    chosen = find_model(context, model)
    chosen.say()
    version = write_folder(chosen.folder, to.absolute(), chosen.content)
    print(printable(str(to)))
    building = shlex.join(["docker", "build", "-f", f"{to}/Containerfile", "-t", f"digits:{version}", str(to)])
    print(printable(f"{version} is packaged; next: {building}"), file=sys.stderr)
    print(printable(f"{to}/README.md has the commands for each cloud"), file=sys.stderr)

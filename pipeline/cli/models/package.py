"""`digits package`: a folder from which a container that serves a model is built."""

from __future__ import annotations

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

    chosen = find_model(context, model)
    chosen.say()
    version = write_folder(chosen.folder, to.absolute())
    print(to)
    print(f"{version} is packaged; next: docker build -f {to}/Containerfile -t digits:{version} {to}", file=sys.stderr)
    print(f"{to}/README.md has the commands for each cloud", file=sys.stderr)

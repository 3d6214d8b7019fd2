"""Lets a test keep a stage running for as long as a file exists."""

from __future__ import annotations

import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def hold(stage: str) -> None:
    """Wait while the project has a file hold.<stage>, and signal that with a file at.<stage>."""
    while (PROJECT / f"hold.{stage}").exists():
        (PROJECT / f"at.{stage}").touch()
        time.sleep(0.01)

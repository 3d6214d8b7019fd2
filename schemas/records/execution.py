"""The record of one executed stage; its outputs count as existing only while the record does."""

from __future__ import annotations

from typing import Any

from schemas.document import Document
from schemas.record import Record
from schemas.records.fingerprint import Parts

__all__ = ["Execution", "Version"]


class Version(Record):
    """One sealed version of an artifact.

    Attributes:
        path: relative to artifacts/, such as store/train/model/v0003-8f3c1d2a.
        content: content digest, sha256 in hexadecimal.
    """

    path: str
    content: str


class Execution(Document):
    """One execution of a stage: its dependencies, inputs, outputs, environment and time."""

    stage: str
    run: str
    """Name of the run that executed the stage."""
    fingerprint: str
    parts: Parts
    inputs: dict[str, Version]
    outputs: dict[str, Version]
    environment: dict[str, Any]
    started: str
    """UTC, ISO 8601."""
    seconds: float

    @property
    def name(self) -> str:
        """Unique name of the execution: its fingerprint and its run."""
        return f"{self.fingerprint}-{self.run}"

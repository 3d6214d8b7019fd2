"""The record of one stage carried out; as long as it exists, so do its outputs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from schemas.records.fingerprint import Parts

__all__ = ["Execution", "Version"]


class Version(BaseModel):
    """One sealed version of an artifact.

    Attributes:
        path: relative to artifacts/: store/train/model/v0003-8f3c1d2a.
        content: its content digest.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    content: str


class Execution(BaseModel):
    """One stage carried out: what it depended on, what it took and made, where and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: str
    run: str
    """Name of the run that carried it out."""
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
        """Its own name, which no other execution has: the fingerprint, and the run that carried it out."""
        return f"{self.fingerprint}-{self.run}"

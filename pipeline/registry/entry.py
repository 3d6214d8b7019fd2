"""What there is to know of a bundle at a glance: when it was promoted, how well it reads, how large it is."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.aliases import aliases
from pipeline.champion import champion
from pipeline.registry.bundles import all_makers, blessed, judges, makers, standing
from pipeline.registry.change import previous_champion
from pipeline.store import Store
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.statistics import Statistics
from schemas.manifest import Manifest
from schemas.record import Record
from schemas.records.execution import Execution
from schemas.records.promotion import read_history

__all__ = ["ModelEntry", "describe", "describe_all"]

RESULT = re.compile(r"^\| (accuracy|coverage) \| ([\d.]+) \| (?:([\d.]+) to ([\d.]+))? *\|$", re.MULTILINE)
PARAMETERS = re.compile(r"^The network has ([\d,]+) parameters", re.MULTILINE)


class ModelEntry(Record, kw_only=True):
    """One bundle of the registry; `models --json` prints a list of these."""

    version: str
    """Name of its folder."""
    path: str
    """Relative to artifacts/."""
    content: str
    """Content digest; empty if the manifest is gone."""
    champion: bool
    previous: bool
    """Whether `digits rollback` would make it the champion."""
    aliases: list[str]
    blessed: bool | None
    """Whether a gate of this project blessed it; None if no record tells."""
    standing: str
    """What to say beside its name: `refused by the gate`; empty if there is nothing to say."""
    promoted: str | None
    """When it last became the champion, UTC, ISO 8601; None if that is not on record."""
    promoted_by: str | None
    """The run that promoted it; `promote` or `rollback` if a person did."""
    run: str | None
    """The run that made it; None if no record is left."""
    judged_by: str | None
    """The latest run that judged the bundle itself, with `digits rerun --model`; None if none did."""
    accuracy: float | None
    """On the test split, as its card states it, to four decimals."""
    accuracy_interval: tuple[float, float] | None
    """95 %."""
    coverage: float | None
    """Share of the test pictures that it answers."""
    parameters: int | None
    size: int | None
    """Bytes of the LiteRT model."""
    latency: float | None
    """Microseconds for one picture, measured at export with one thread; None if it was not."""
    data: str | None
    """The data set that it was made from."""


class _Project:
    """What the entries of a project's bundles have in common, read once.

    Args:
        artifacts: of the project.
    """

    def __init__(self, artifacts: Path) -> None:
        self.artifacts, self.store = artifacts, Store(artifacts)
        self.champion, self.previous = champion(artifacts), previous_champion(artifacts)
        self.aliases, self.history = aliases(artifacts), read_history(artifacts)
        self.promotions = self.history.champions


def describe_all(artifacts: Path) -> list[ModelEntry]:
    """Return an entry for each bundle in the store, those of the highest versions first."""
    project = _Project(artifacts)
    return [_describe(project, path, made) for path, made in all_makers(project.store).items()]


def describe(artifacts: Path, path: str) -> ModelEntry:
    """Return the entry of the bundle at a path relative to *artifacts*; what is damaged counts as not known."""
    project = _Project(artifacts)
    return _describe(project, path, makers(path, project.store))


def _describe(project: _Project, path: str, made: list[Execution]) -> ModelEntry:
    bundle = Bundle(project.artifacts / path)
    manifest = Manifest.read(bundle.path)
    promotion = next((each for each in project.promotions if each.bundle == path), None)
    card = _text(bundle.path / "README.md")
    results = {name: (value, low, high) for name, value, low, high in RESULT.findall(card)}
    verdict = blessed(path, project.store, made)
    accuracy, low, high = results.get("accuracy", (None, "", ""))
    return ModelEntry(
        version=bundle.path.name,
        path=path,
        content=manifest.content if manifest else "",
        champion=project.champion == path,
        previous=project.previous == path,
        aliases=[name for name, target in project.aliases.items() if target == path],
        blessed=verdict,
        standing="" if verdict else standing(path, project.store, made, project.history),
        promoted=promotion.time if promotion else None,
        promoted_by=(promotion.run or promotion.by) if promotion else None,
        run=made[-1].run if made else None,
        judged_by=next((each.run for each in judges(path, project.store)), None),
        accuracy=float(accuracy) if accuracy else None,
        accuracy_interval=(float(low), float(high)) if low and high else None,
        coverage=float(results["coverage"][0]) if "coverage" in results else None,
        parameters=int(found[1].replace(",", "")) if (found := PARAMETERS.search(card)) else None,
        size=manifest.files[Bundle.LITERT].size if manifest and Bundle.LITERT in manifest.files else None,
        latency=_latency(bundle),
        data=_data(bundle.path),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _latency(bundle: Bundle) -> float | None:
    try:
        found = bundle.latency
    except ValueError:
        return None
    return found.alone if found else None


def _data(folder: Path) -> str | None:
    try:
        return Statistics(folder).read().source.dataset
    except (OSError, ValueError):
        return None

"""The ingest stage: read labelled pictures from one or more sources, and record their statistics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, model_validator

from components.sources.source_result import SourceResult
from components.sources.source_settings import SourceEntry
from schemas.artifacts.artifact import Output
from schemas.artifacts.corrections import Corrections
from schemas.artifacts.examples import DRAWN, Examples, Split
from schemas.artifacts.statistics import Source, SourceStatistics, Statistics, StatisticsRecord
from schemas.progress import report_part, tell
from schemas.settings.external_data import name_of

__all__ = ["IngestConfig", "ingest"]


class IngestConfig(SourceEntry):
    """Settings of the ingest stage."""

    sources: list[SourceEntry] = Field(default_factory=list[SourceEntry], min_length=1)
    """Several sources instead of one, each with `source:` and its settings; their splits are joined."""
    fallback: Literal["sample"] | None = Field(default=None, json_schema_extra={"counts": "fallback"})
    """What to use if, and only if, the host of the full MNIST cannot be reached."""
    manual_dir: Path | None = Field(
        default=None, json_schema_extra={"env": "DIGITS_TFDS_MANUAL_DIR", "counts": "fallback"}
    )
    """A folder with the four original MNIST files, instead of what tensorflow-datasets has or would download; or with
    the files of another `dataset`, which tensorflow-datasets then prepares."""
    data_dir: Path | None = Field(default=None, json_schema_extra={"env": "TFDS_DATA_DIR", "counts": "fallback"})
    """Where tensorflow-datasets caches prepared data; by default ~/tensorflow_datasets."""
    offline: bool = Field(default=False, json_schema_extra={"env": "DIGITS_OFFLINE", "counts": "fallback"})
    """Open no connection."""
    stall_seconds: PositiveFloat = Field(default=60, json_schema_extra={"counts": "never"})
    """A download that receives nothing for this long is stopped; the host then counts as unreachable."""
    drawn: NonNegativeInt = 0
    """Number of digits drawn by a program in styles rare in MNIST; none if the classes are not 0 to 9."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Seed for the test split of the sample or of a folder without one, and for the drawn digits."""

    @model_validator(mode="after")
    def _check_sources(self) -> IngestConfig:
        own = self.model_fields_set & set(SourceEntry.model_fields)
        if self.sources and own:
            raise ValueError(f"{min(own)} cannot be set next to sources: set it in one of them")
        if all(entry.source == "corrections" for entry in self.sources or [self]):
            raise ValueError("source: corrections needs another source beside it: name both in sources")
        if [entry.source for entry in self.sources].count("corrections") > 1:
            raise ValueError("sources names corrections twice")
        return self

    @property
    def takes_corrections(self) -> bool:
        """Whether corrections are one of the sources."""
        return any(entry.source == "corrections" for entry in self.sources)

    @property
    def takes_mnist(self) -> bool:
        """Whether the full MNIST is the source, or one of them."""
        return any(entry.is_mnist for entry in self.sources or [self])

    @property
    def names_paths(self) -> bool:
        """Whether manual_dir has to be checked."""
        return self.manual_dir is not None and self.takes_mnist

    def check_paths(self) -> None:
        """Check that manual_dir, if set and read, holds the four original files."""
        if self.manual_dir and self.takes_mnist:
            from components.sources.mnist import check_originals

            check_originals(self.manual_dir)


def ingest(
    examples: Output[Examples],
    statistics: Output[Statistics],
    config: IngestConfig,
    corrections: Corrections | None = None,
) -> None:
    """Write the train and test splits of all sources, the drawn digits, and the statistics.

    Args:
        examples: receives the splits.
        statistics: receives the statistics.
        config: the settings.
        corrections: of the project, if a source names them; None if nothing has been stored.

    Raises:
        InputError: a source is missing or damaged, or its host cannot be reached and there is no fallback.
    """
    from components.sources.survey import survey
    from components.sources.union import join

    parts = _read_all(config, corrections)
    splits = join(parts) if config.sources else parts[""].splits
    report_part("drawn digits")
    drawn = _draw(splits["train"], config)
    splits = splits | drawn.splits
    report_part("statistics")
    found = survey(splits)
    warnings = [warning for part in parts.values() for warning in part.warnings] + found.warnings
    for name, split in splits.items():
        Examples.write(examples.path, name, split)
    record = StatisticsRecord(
        source=_source_of(parts),
        splits=found.splits,
        overlap=found.overlap,
        sources=[_describe(prefix, part) for prefix, part in [*parts.items(), (DRAWN, drawn)] if part.splits],
        warnings=warnings,
    )
    Statistics.write(statistics.path, record)
    _report(parts, warnings, config)


def _read_all(config: IngestConfig, corrections: Corrections | None) -> dict[str, SourceResult]:
    """Read every source. Keys are the prefixes of its ids; a single source has the prefix ''."""
    if not config.sources:
        return {"": _read(config, config, corrections)}
    from components.sources.union import unique_names

    names = unique_names([_name(entry) for entry in config.sources])
    return {name: _read(entry, config, corrections) for name, entry in zip(names, config.sources, strict=True)}


def _name(entry: SourceEntry) -> str:
    path = entry.folder or entry.file
    return name_of(path.name) if path else (entry.dataset or entry.source).replace("/", "-")


def _draw(train: Split, config: IngestConfig) -> SourceResult:
    from learning.synthetic.drawn_digits import DATASET, DIGITS, draw_digits

    wanted = config.drawn and train.classes == DIGITS
    splits = {DRAWN: draw_digits(config.drawn, config.seed)} if wanted else {}
    return SourceResult(Source(name="drawn", dataset=DATASET), splits)


def _read(entry: SourceEntry, config: IngestConfig, corrections: Corrections | None) -> SourceResult:
    if entry.source == "corrections":
        from components.sources.corrections import read_corrections

        return read_corrections(corrections, entry.test_share)
    if entry.source == "sample":
        return _read_sample(config.seed)
    if entry.is_mnist:
        return _read_mnist(config)
    from components.sources.turning import turned

    own = _read_builder(entry, config) if entry.source == "tfds" else _read_own(entry, config.seed)
    return turned(own, entry.orientation, entry.ink)


def _read_own(entry: SourceEntry, seed: int) -> SourceResult:
    if entry.source == "folder":
        from components.sources.pictures.folder import read_entry

        return read_entry(entry, seed)
    if entry.source == "csv":
        from components.sources.arrays.comma_separated import read_csv

        return read_csv(entry, seed)
    if entry.source == "npz":
        from components.sources.arrays.npz import read_npz

        return read_npz(entry, seed)
    if entry.source == "parquet":
        from components.sources.arrays.parquet import read_parquet

        return read_parquet(entry, seed)
    from components.sources.arrays.idx import read_idx

    return read_idx(entry)


def _read_builder(entry: SourceEntry, config: IngestConfig) -> SourceResult:
    from components.sources.builder import read_builder

    return read_builder(
        entry,
        config.seed,
        data_dir=config.data_dir,
        manual_dir=config.manual_dir,
        offline=config.offline,
        stall_seconds=config.stall_seconds,
    )


def _read_sample(seed: int, why_not_tfds: str | None = None) -> SourceResult:
    from components.sources.sample import DATASET, read_sample

    return SourceResult(Source(name="sample", dataset=DATASET, why_not_tfds=why_not_tfds), read_sample(seed))


def _read_mnist(config: IngestConfig) -> SourceResult:
    from components.sources.mnist import read_mnist
    from components.sources.reachability import UnreachableError

    try:
        dataset, splits = read_mnist(
            data_dir=config.data_dir,
            manual_dir=config.manual_dir,
            offline=config.offline,
            stall_seconds=config.stall_seconds,
        )
    except UnreachableError as error:
        config.note_unreachable()
        if config.fallback is None:
            raise
        return _read_sample(config.seed, error.why)
    return SourceResult(Source(name="tfds", dataset=dataset), splits)


def _source_of(parts: dict[str, SourceResult]) -> Source:
    sources = [part.source for part in parts.values()]
    if len(sources) == 1:
        return sources[0]
    why = next((source.why_not_tfds for source in sources if source.why_not_tfds), None)
    return Source(name="several", dataset=" and ".join(source.dataset for source in sources), why_not_tfds=why)


def _describe(prefix: str, part: SourceResult) -> SourceStatistics:
    return SourceStatistics(
        source=part.source,
        prefix=f"{prefix}/" if prefix else "",
        splits={name: len(split) for name, split in part.splits.items()},
        unreadable=list(part.unreadable),
        skipped=part.skipped,
    )


def _report(parts: dict[str, SourceResult], warnings: list[str], config: IngestConfig) -> None:
    if config.manual_dir and not any(entry.source == "tfds" for entry in config.sources or [config]):
        tell(f"the files in {config.manual_dir} are not used: no source is tfds")
    for part in parts.values():
        if part.skipped:
            tell(f"{part.source.dataset}: files skipped (hidden, or not named like pictures): {part.skipped}")
    for warning in warnings:
        tell(f"warning: {warning}")

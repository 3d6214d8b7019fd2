"""The gate's verdict on a model: the result of each rule, and the digests of everything that was judged."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from schemas.artifacts.artifact import Artifact
from schemas.artifacts.comparison import Comparison, Exposure
from schemas.artifacts.rule_result import RuleResult
from schemas.errors import InputError
from schemas.record import Record

__all__ = ["Blessing", "Confusion", "Verdict", "WorstDigit"]


class WorstDigit(Record):
    """A digit with misread pictures."""

    digit: str
    """Name of the class."""
    count: int
    """Number of its pictures in the split."""
    wrong: int
    """How many of them are read as another digit."""


class Confusion(Record):
    """One digit read as another."""

    digit: str
    """Name of the true class."""
    read: str
    """Name of the class it is read as."""
    count: int
    """Number of pictures."""


class Verdict(Record, kw_only=True):
    """The content of verdict.json."""

    blessed: bool
    """Whether there is at least one rule and every rule is met."""
    model: str
    """Content digest of the judged model; empty if a bundle was judged."""
    examples: str
    """Content digest of the examples it was judged on."""
    evaluation: str = ""
    """Content digest of the evaluation it was judged by; empty in older verdicts, which cannot promote."""
    calibration: str = ""
    """Content digest of the calibration it was judged with; empty if there was none, or a bundle has it."""
    bundle: str = ""
    """Content digest of the judged bundle; empty if a model was judged."""
    rules: list[RuleResult]
    """The result of each rule, in the order of the gate."""
    worst_digits: list[WorstDigit] = []
    """At most 3 digits with misread pictures, largest share misread first."""
    worst_confusions: list[Confusion] = []
    """At most 5 confusions, most frequent first."""
    comparison: Comparison | None = None
    """The comparison with the champion, even if no rule needs it; None without a champion or unseen pictures."""
    exposure: Exposure | None = None
    """How many test pictures each of the two was trained on; None in older verdicts."""

    @classmethod
    def of(  # noqa: PLR0913  (the fields of the record)
        cls,
        rules: list[RuleResult],
        *,
        model: str = "",
        examples: str,
        evaluation: str,
        calibration: str = "",
        bundle: str = "",
        worst_digits: list[WorstDigit] | None = None,
        worst_confusions: list[Confusion] | None = None,
        comparison: Comparison | None = None,
        exposure: Exposure | None = None,
    ) -> Verdict:
        """Return a verdict that blesses the model if there is at least one rule and all are met."""
        return cls(
            blessed=bool(rules) and all(rule.passed for rule in rules),
            model=model,
            examples=examples,
            evaluation=evaluation,
            calibration=calibration,
            bundle=bundle,
            rules=rules,
            worst_digits=worst_digits or [],
            worst_confusions=worst_confusions or [],
            comparison=comparison,
            exposure=exposure,
        )

    @property
    def judged(self) -> dict[str, str]:
        """Content digest of each judged artifact, by the name of its type."""
        judged = {
            "Model": self.model,
            "Examples": self.examples,
            "Evaluation": self.evaluation,
            "Calibration": self.calibration,
        }
        return judged | ({"Bundle": self.bundle} if self.bundle else {})

    @property
    def reasons(self) -> list[str]:
        """Why the model is not blessed, one line per rule; empty if it is."""
        if not self.rules:
            return ["the gate has no rules: nothing can be blessed"]
        return [rule.reason for rule in self.rules if not rule.passed]


class Blessing(Artifact):
    """The gate's verdict.

    File structure:
        verdict.json: a Verdict.
        BLESSED or NOT_BLESSED: an empty file that shows the verdict in a listing.
    """

    @property
    def verdict(self) -> Verdict:
        """The verdict; raises InputError if it cannot be read or the marker file contradicts it."""
        try:
            verdict = Verdict.from_json((self.path / "verdict.json").read_bytes())
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path} holds no valid verdict", found=str(error), do="digits run") from error
        markers = [name for name in ("BLESSED", "NOT_BLESSED") if (self.path / name).exists()]
        expected = "BLESSED" if verdict.blessed else "NOT_BLESSED"
        if markers != [expected]:
            raise InputError(
                f"{self.path} contradicts itself: its marker file does not match verdict.json",
                found=" and ".join(markers) or "no marker file",
                expected=expected,
            )
        return verdict

    def refusal(self, used: Iterable[tuple[str, str]]) -> str | None:
        """Return why this blessing does not permit the use of some artifacts; None if it does.

        Args:
            used: type name and content digest of each artifact to use.

        Raises:
            InputError: the verdict cannot be read or contradicts itself.
        """
        verdict = self.verdict
        if not verdict.blessed:
            return f"not blessed ({'; '.join(verdict.reasons)})"
        other = self.mismatch(used)
        return f"not blessed ({other})" if other else None

    def mismatch(self, used: Iterable[tuple[str, str]]) -> str | None:
        """Return which artifact this verdict, for or against, is not about; None if it is about all of them.

        Args:
            used: type name and content digest of each artifact.

        Raises:
            InputError: the verdict cannot be read or contradicts itself.
        """
        judged = self.verdict.judged
        for kind, digest in used:
            if digest != judged.get(kind, digest):
                return f"the blessing is for another {kind}: {judged[kind][:8] or 'none'}, not {digest[:8]}"
        return None

    @staticmethod
    def write(folder: Path, verdict: Verdict) -> None:
        """Write a verdict into an output folder."""
        (folder / "verdict.json").write_text(verdict.to_json() + "\n", encoding="utf-8")
        (folder / ("BLESSED" if verdict.blessed else "NOT_BLESSED")).touch()

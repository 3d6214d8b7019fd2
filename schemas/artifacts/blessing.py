"""The verdict on a model: what the gate decided, rule by rule, and of which model on which examples."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from schemas.artifacts.artifact import Artifact
from schemas.artifacts.comparison import Comparison
from schemas.errors import InputError
from schemas.settings.gate import RuleResult

__all__ = ["Blessing", "Confusion", "Verdict", "WorstDigit"]


class WorstDigit(BaseModel):
    """A digit of which pictures are misread."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digit: str
    """Name of the class."""
    count: int
    """Pictures of it in the split."""
    wrong: int
    """How many of them are read as another."""


class Confusion(BaseModel):
    """One digit read as another."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digit: str
    """Name of the class shown."""
    read: str
    """Name of the class read."""
    count: int
    """How many pictures."""


class Verdict(BaseModel):
    """The content of verdict.json."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    blessed: bool
    """Whether every rule is met, and there is one."""
    model: str
    """Content digest of the model that was judged."""
    examples: str
    """Content digest of the examples it was judged on."""
    evaluation: str = ""
    """Content digest of the evaluation it was judged by; empty in older verdicts, which promote nothing."""
    calibration: str = ""
    """Content digest of the calibration it was judged with; empty where there was none."""
    rules: list[RuleResult]
    """What each rule says, in the order of the gate."""
    worst_digits: list[WorstDigit] = []
    """The digits with the largest share misread, the worst first; at most 3, none without a misread picture."""
    worst_confusions: list[Confusion] = []
    """The commonest misreadings, the commonest first; at most 5."""
    comparison: Comparison | None = None
    """Against the champion, whether or not a rule asks for it; None where there was none."""

    @classmethod
    def of(  # noqa: PLR0913  (what was judged, and what was seen)
        cls,
        rules: list[RuleResult],
        *,
        model: str,
        examples: str,
        evaluation: str,
        calibration: str = "",
        worst_digits: list[WorstDigit] | None = None,
        worst_confusions: list[Confusion] | None = None,
        comparison: Comparison | None = None,
    ) -> Verdict:
        """Bless a model that meets every rule of at least one."""
        return cls(
            blessed=bool(rules) and all(rule.passed for rule in rules),
            model=model,
            examples=examples,
            evaluation=evaluation,
            calibration=calibration,
            rules=rules,
            worst_digits=worst_digits or [],
            worst_confusions=worst_confusions or [],
            comparison=comparison,
        )

    @property
    def judged(self) -> dict[str, str]:
        """The content digest of each artifact that was judged, by the name of its type."""
        return {
            "Model": self.model,
            "Examples": self.examples,
            "Evaluation": self.evaluation,
            "Calibration": self.calibration,
        }

    @property
    def reasons(self) -> list[str]:
        """Why the model is not blessed, a line a rule."""
        if not self.rules:
            return ["the gate has no rules: nothing can be blessed"]
        return [rule.reason for rule in self.rules if not rule.passed]


class Blessing(Artifact):
    """The gate's verdict.

    File structure:
        verdict.json: a Verdict.
        BLESSED or NOT_BLESSED: empty; one of them, to be seen with `ls`.
    """

    @property
    def verdict(self) -> Verdict:
        """The verdict; raises InputError where it cannot be read or the files beside it contradict it."""
        try:
            verdict = Verdict.model_validate_json((self.path / "verdict.json").read_bytes())
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path} holds no verdict", found=str(error), do="digits run") from error
        seen = [name for name in ("BLESSED", "NOT_BLESSED") if (self.path / name).exists()]
        if seen != ["BLESSED" if verdict.blessed else "NOT_BLESSED"]:
            raise InputError(
                f"{self.path} contradicts itself", found=f"verdict.json and {' and '.join(seen) or 'no mark'}"
            )
        return verdict

    def refusal(self, used: Iterable[tuple[str, str]]) -> str | None:
        """Say why artifacts may not be used on the strength of this blessing; None where they may.

        Args:
            used: the name of the type and the content digest of each artifact that is about to be used.
        """
        verdict = self.verdict
        if not verdict.blessed:
            return f"not blessed ({'; '.join(verdict.reasons)})"
        judged = verdict.judged
        for kind, digest in used:
            if digest != judged.get(kind, digest):
                return f"not blessed (the blessing is of another {kind}: {judged[kind][:8]}, not {digest[:8]})"
        return None

    @staticmethod
    def write(folder: Path, verdict: Verdict) -> None:
        """Write a verdict into an output folder."""
        (folder / "verdict.json").write_text(verdict.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (folder / ("BLESSED" if verdict.blessed else "NOT_BLESSED")).touch()

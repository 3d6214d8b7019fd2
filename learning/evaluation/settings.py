"""The settings of the stages that judge a model."""

from __future__ import annotations

from pydantic import Field, NonNegativeInt, ValidationInfo, field_validator

from schemas.artifacts.evaluation import Metrics
from schemas.settings.config import Config, FunctionName
from schemas.settings.gate import EACH_KIND, Gate, unknown_key

__all__ = ["EvaluateConfig"]


class EvaluateConfig(Config):
    """Settings of the evaluate stage."""

    metrics: list[FunctionName] = Field(default_factory=list[FunctionName], json_schema_extra={"code": True})
    """Metrics of your own: functions of labels and probabilities, such as `mymetrics.worst_pair` for
    `def worst_pair(labels, probabilities)` in mymetrics.py beside pipeline.yaml."""
    gate: Gate = Field(default_factory=Gate)
    """The rules; a model is blessed if there is at least one rule and it meets them all."""
    per_kind: NonNegativeInt = 10
    """Pictures rendered for each robustness kind, and for each kind that is not a digit; 0 for none."""
    seed: NonNegativeInt = 0
    """Of the renderer and of the bootstrap."""

    @field_validator("metrics")
    @classmethod
    def _check_names(cls, metrics: list[str]) -> list[str]:
        names = [name.rpartition(".")[2] for name in metrics]
        for name in names:
            if name in {*Metrics.__struct_fields__, *Gate.model_fields} or names.count(name) > 1:
                raise ValueError(f"there are two metrics of the name {name}: rename the function")
        return metrics

    @field_validator("gate")
    @classmethod
    def _check_own(cls, gate: Gate, info: ValidationInfo) -> Gate:
        known = [name.rpartition(".")[2] for name in info.data.get("metrics", [])]
        if unknown := [name for name in gate.metrics if name not in known]:
            raise unknown_key("metrics", unknown[0], known)
        return gate

    @field_validator("gate")
    @classmethod
    def _check_kinds(cls, gate: Gate) -> Gate:
        if not (gate.robustness or gate.refusals):
            return gate  # the renderer and all that reads pictures stay out of commands that run nothing
        from learning.evaluation.trials import NOT_DIGITS, STRANGERS
        from learning.synthetic.robustness import KINDS

        for name, given, kinds in (
            ("robustness", gate.robustness, KINDS),
            ("refusals", gate.refusals, [*NOT_DIGITS, STRANGERS]),
        ):
            known = [EACH_KIND, *kinds]
            if unknown := [kind for kind in given if kind not in known]:
                raise unknown_key(name, unknown[0], known)
        return gate

"""The JSON document of an answer, the same from the command and from the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inference.model.answer import Answer

__all__ = ["PLACES", "document"]

PLACES = 6
"""Decimals of a probability."""


def document(name: str, answer: Answer, model: str, model_warning: str = "") -> dict[str, Any]:
    """Return the JSON document of an answer.

    Args:
        name: of the picture, as the user named it.
        answer: for that picture.
        model: version of the bundle that answered.
        model_warning: what to say beside it, such as `refused by the gate`; without one the document has no such key.
    """
    return {
        "path": name,
        "decision": answer.decision,
        "reason": answer.reason,
        "digit": answer.digit,
        "guess": answer.guess,
        "confidence": None if answer.confidence is None else round(answer.confidence, PLACES),
        "runner_up": answer.runner_up,
        "probabilities": {label: round(share, PLACES) for label, share in answer.probabilities.items()},
        "steps": answer.steps,
        "model": model,
        **({"model_warning": model_warning} if model_warning else {}),
    }

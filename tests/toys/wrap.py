"""A last stage that exports whatever the gate said, and says it in the bundle."""

from __future__ import annotations

from toys.text import Text

from schemas.artifacts.artifact import Output
from schemas.artifacts.blessing import Blessing
from schemas.artifacts.bundle import Bundle, Judgement


def wrap(text: Text, blessing: Blessing, bundle: Output[Bundle]) -> None:
    """Write every file of a bundle."""
    for name in Bundle.CONTENT_FILES:
        (bundle.path / name).write_text(text.read(), encoding="utf-8")
    saved = bundle.path / Bundle.SAVED_MODEL
    saved.mkdir(parents=True)
    (saved / "saved_model.pb").write_text(text.read(), encoding="utf-8")
    verdict = blessing.verdict
    judgement = Judgement(blessed=verdict.blessed, reasons=verdict.reasons)
    (bundle.path / Bundle.JUDGEMENT).write_text(judgement.to_json(), encoding="utf-8")

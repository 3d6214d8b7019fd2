"""What tutorials serve a Keras model with: a FastAPI handler around `model.predict`.

    python -m tests.benchmarks.serving.tutorial_server PORT

FastAPI is not among our requirements; PYTHONPATH names a folder with it.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import uvicorn

from learning.training.networks import build_cnn
from schemas.artifacts.transform import Transform


def main() -> None:
    """Serve until a signal ends the process. The weights are untrained: they cost the same."""
    from fastapi import FastAPI  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

    model = untrained()
    application: Any = FastAPI()

    def predict(picture: list[list[float]]) -> dict[str, Any]:
        """Answer for one picture."""
        logits = np.asarray(model.predict(np.array([picture], np.uint8), verbose=0))
        return {"digit": int(logits[0].argmax()), "scores": logits[0].tolist()}

    application.post("/predict")(predict)
    uvicorn.run(application, port=int(sys.argv[1]), log_level="error")


def untrained() -> Any:  # noqa: ANN401  (a Keras model)
    """Return our network with random weights."""
    return build_cnn(_transform(), 10, 0)


def _transform() -> Transform:
    import tempfile
    from pathlib import Path

    folder = Path(tempfile.mkdtemp())
    Transform.write(folder, mean=0.1307, std=0.3081)
    return Transform(folder)


if __name__ == "__main__":
    main()

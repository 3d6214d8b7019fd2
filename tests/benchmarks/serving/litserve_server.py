"""A Keras model in LitServe, which batches requests: python -m tests.benchmarks.serving.litserve_server PORT.

LitServe is not among our requirements; PYTHONPATH names a folder with it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import numpy as np

litserve: Any = import_module("litserve")
Api: Any = litserve.LitAPI


class Digits(Api):
    """One picture a request, up to 32 of them in a call of the model; LitServe's worker imports it by name."""

    def setup(self, device: str) -> None:
        """Make the model, in the worker's process. Its weights are untrained: they cost the same."""
        from tests.benchmarks.serving.tutorial_server import untrained

        del device
        self.model = untrained()

    def decode_request(self, request: dict[str, Any]) -> Any:  # noqa: ANN401  (an array)
        """Return the picture of a request."""
        return np.array(request["picture"], np.uint8)

    def predict(self, pictures: Any) -> Any:  # noqa: ANN401  (an array)
        """Return the logits of a batch."""
        return np.asarray(self.model.predict(np.asarray(pictures), verbose=0))

    def encode_response(self, output: Any) -> dict[str, Any]:  # noqa: ANN401  (an array)
        """Return the answer for one picture."""
        return {"digit": int(output.argmax()), "scores": output.tolist()}


del Digits.decode_request.__annotations__["request"]  # FastAPI would look for it in the query


def main() -> None:
    """Serve until a signal ends the process."""
    api = Digits(max_batch_size=32, batch_timeout=0.005)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(port=int(sys.argv[1]), generate_client_file=False, log_level="error")


if __name__ == "__main__":
    main()

"""The REST interface of TensorFlow Serving (https://www.tensorflow.org/tfx/serving/api_rest)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from inference.server.answering.pages import describe
from inference.server.interfaces.model_names import NAME, check_model
from inference.server.interfaces.pictures import read, wants_every
from inference.server.interfaces.predict import model_header
from inference.server.json_text import MOST_JSON, JsonResponse, as_list, as_object, parse_object
from inference.server.refusal import RefusalError
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    from starlette.requests import Request

    from inference.model.answer import Answer
    from inference.numbers.page_answer import PageAnswer
    from inference.server.answering.pool import Answered, Pool
    from inference.server.answering.served import Followed
    from inference.server.guard.body import Bodies

__all__ = ["TfServing"]

SIGNATURE = "serving_default"
KEYS = {"instances", "inputs", "signature_name", "all", "parameters"}
"""The last one is Vertex AI's."""


class TfServing:
    """Status, metadata and predictions.

    Args:
        model: the served model.
        pool: reads pictures with it.
        bodies: receives requests.
    """

    def __init__(self, model: Followed, pool: Pool, bodies: Bodies) -> None:
        self._model, self._pool, self._bodies = model, pool, bodies

    def routes(self) -> list[Route]:
        """Return the routes."""
        model, version = "/v1/models/{name}", "/v1/models/{name}/versions/{version}"
        label = "/v1/models/{name}/labels/{label}"
        return [
            *(Route(f"{place}:predict", self.predict, methods=["POST"]) for place in (model, version, label)),
            *(Route(f"{place}/metadata", self.metadata) for place in (model, version, label)),
            *(Route(place, self.status) for place in (model, version, label)),
        ]

    async def status(self, request: Request) -> JsonResponse:
        """Return the state of the version."""
        served = self._model.current
        check_model(request, served)
        state = {"state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
        return JsonResponse({"model_version_status": [{"version": served.number or served.version, **state}]})

    async def metadata(self, request: Request) -> JsonResponse:
        """Return the signature, as TensorFlow Serving describes one."""
        served = self._model.current
        check_model(request, served)
        images = _tensor("DT_UINT8", "images", -1, SIDE, SIDE)
        outputs = {
            "probabilities": _tensor("DT_FLOAT", "probabilities", -1, len(served.classes)),
            "confidence": _tensor("DT_FLOAT", "confidence", -1),
            **{name: _tensor("DT_STRING", name, -1) for name in ("decision", "reason", "digit", "guess", "runner_up")},
        }
        signature = {"inputs": {"images": images}, "outputs": outputs, "method_name": "tensorflow/serving/predict"}
        return JsonResponse(
            {
                "model_spec": {"name": NAME, "signature_name": "", "version": served.number or served.version},
                "metadata": {"signature_def": {"signature_def": {SIGNATURE: signature}}},
            }
        )

    async def predict(self, request: Request) -> JsonResponse:
        """Answer for `instances`, a list of pictures, or `inputs`, an array; with `all`, for every digit in each."""
        check_model(request, self._model.current)
        async with self._bodies.received(request, MOST_JSON) as body:
            asked = parse_object(body)
            _check_keys(asked)
            in_rows = "instances" in asked
            pictures = _pictures(asked["instances"] if in_rows else _column(asked["inputs"]))
            answered = await read(self._pool, pictures, every=wants_every(asked))
        rows = _rows(answered)
        content = (
            {"predictions": rows} if in_rows else {"outputs": {key: [row[key] for row in rows] for key in rows[0]}}
        )
        return JsonResponse(content, headers=model_header(answered))


def _check_keys(asked: dict[str, Any]) -> None:
    if len({"instances", "inputs"} & asked.keys()) != 1 or asked.keys() - KEYS:
        found = ", ".join(asked)[:80] or "neither"
        raise RefusalError(
            400, "a request has either instances or inputs", found=found, expected='{"instances": [...]}'
        )
    if asked.get("signature_name", SIGNATURE) not in {SIGNATURE, ""}:
        found = str(asked["signature_name"])[:80]
        raise RefusalError(400, "there is no such signature", found=found, expected=SIGNATURE)
    if asked.get("parameters"):
        found = str(asked["parameters"])[:80]
        raise RefusalError(400, "this model takes no parameters", found=found, expected="none")


def _column(inputs: Any) -> Any:  # noqa: ANN401  (any JSON value)
    """Return the pictures of `inputs`: an array, or the only input by name."""
    named = as_object(inputs)
    return next(iter(named.values())) if named and len(named) == 1 and "b64" not in named else inputs


def _pictures(value: Any) -> list[Any]:  # noqa: ANN401  (any JSON value)
    pictures = as_list(value)
    if pictures is None:
        raise RefusalError(400, "the pictures are no list", found=type(value).__name__, expected="a list of pictures")
    return pictures


def _rows(answered: Answered[Answer] | Answered[PageAnswer]) -> list[dict[str, Any]]:
    return [describe(str(i), answer, answered.model) for i, answer in enumerate(answered.answers)]


def _tensor(kind: str, name: str, *sides: int) -> dict[str, Any]:
    dimensions = [{"size": str(side), "name": ""} for side in sides]
    return {"dtype": kind, "tensor_shape": {"dim": dimensions, "unknown_rank": False}, "name": name}

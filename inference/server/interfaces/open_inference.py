"""The Open Inference Protocol, version 2 (https://github.com/kserve/open-inference-protocol), with binary tensors."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from inference.server.interfaces.model_names import NAME, check_model
from inference.server.interfaces.pictures import as_images, check_no_arrays, read_files, wants_every
from inference.server.interfaces.predict import model_header
from inference.server.interfaces.tensors import Tensor, outputs_of, read_tensor
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

__all__ = ["OpenInference"]

JSON_LENGTH = "Inference-Header-Content-Length"
"""Header with the length of the JSON that precedes binary tensors."""
IMAGES, PICTURES = "images", "pictures"
"""Inputs: arrays in MNIST's form, and picture files."""
MOST_BODY = 4 * MOST_JSON


class OpenInference:
    """Health, metadata and inference.

    Args:
        model: the served model.
        pool: reads pictures with it.
        bodies: receives requests.
    """

    def __init__(self, model: Followed, pool: Pool, bodies: Bodies) -> None:
        self._model, self._pool, self._bodies = model, pool, bodies

    def routes(self) -> list[Route]:
        """Return the routes."""
        places = ("/v2/models/{name}", "/v2/models/{name}/versions/{version}")
        return [
            *(Route(f"{place}/infer", self.infer, methods=["POST"]) for place in places),
            Route("/v2/health/live", self.live),
            Route("/v2/health/ready", self.live),
            *(Route(f"{place}/ready", self.ready) for place in places),
            *(Route(place, self.metadata) for place in places),
            Route("/v2", self.server),
        ]

    async def live(self, request: Request) -> JsonResponse:
        """Say that the server answers: it does so only once its model is loaded."""
        del request
        return JsonResponse({"live": True, "ready": True})

    async def ready(self, request: Request) -> JsonResponse:
        """Say that the model answers."""
        check_model(request, self._model.current)
        return JsonResponse({"name": NAME, "ready": True})

    async def server(self, request: Request) -> JsonResponse:
        """Return the server's name, version and extensions."""
        del request
        return JsonResponse({"name": "digits", "version": _version(), "extensions": ["binary_tensor_data"]})

    async def metadata(self, request: Request) -> JsonResponse:
        """Return the model's inputs and outputs."""
        served = self._model.current
        check_model(request, served)
        outputs = [Tensor("probabilities", "FP32", [-1, len(served.classes)], []), *outputs_of([], ())[1:]]
        return JsonResponse(
            {
                "name": NAME,
                "versions": [served.number or served.version],
                "platform": "litert",
                "inputs": [
                    {"name": IMAGES, "datatype": "UINT8", "shape": [-1, SIDE, SIDE]},
                    {"name": PICTURES, "datatype": "BYTES", "shape": [-1]},
                ],
                "outputs": [
                    {"name": each.name, "datatype": each.kind, "shape": [-1, *each.shape[1:]]} for each in outputs
                ],
            }
        )

    async def infer(self, request: Request) -> Response:
        """Answer for one input: `images` or `pictures`; the parameter `all` reads every digit of the pictures."""
        check_model(request, self._model.current)
        async with self._bodies.received(request, MOST_BODY) as body:
            asked, data = _split(body, request.headers.get(JSON_LENGTH))
            value = read_tensor(*_only_input(asked, data))
            every = wants_every(_parameters(asked))
            if isinstance(value, list):
                answered = await read_files(self._pool, value, every=every)
            else:
                check_no_arrays(every=every)
                answered = await self._pool.read_images(as_images(value))
        return _response(asked, answered)


def _version() -> str:
    try:
        return version_of("digits")
    except PackageNotFoundError:
        return version_of("digits-inference")


def _split(body: bytes, length: str | None) -> tuple[dict[str, Any], bytes]:
    """Return the JSON of a request, and the binary tensors behind it."""
    if length is None:
        if len(body) > MOST_JSON:
            raise RefusalError(
                413, "the JSON is too large", expected=f"at most {MOST_JSON // 2**20} MiB, or binary data"
            )
        return parse_object(body), b""
    if not (length.isascii() and length.isdigit()) or len(length) > 9 or not 0 < int(length) <= len(body):  # noqa: PLR2004
        expected = f"1 to {len(body)}, the length of the body"
        raise RefusalError(400, f"{JSON_LENGTH} does not fit", found=length[:20], expected=expected)
    size = int(length)
    if size > MOST_JSON:
        raise RefusalError(413, "the JSON is too large", expected=f"at most {MOST_JSON // 2**20} MiB")
    return parse_object(body[:size]), body[size:]


def _only_input(asked: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes | None]:
    """Return the description of the only input, and its binary data if it has any."""
    inputs = as_list(asked.get("inputs")) or []
    only = as_object(inputs[0]) if len(inputs) == 1 else None
    if only is None or only.get("name") not in (IMAGES, PICTURES):
        found = f"{len(inputs)} inputs" if only is None else str(only.get("name"))[:80]
        raise RefusalError(400, "a request has one input", found=found, expected=f"{IMAGES} or {PICTURES}")
    if (only["name"] == PICTURES) != (only.get("datatype") == "BYTES"):
        raise RefusalError(
            400,
            f"{only['name']} has another datatype",
            found=str(only.get("datatype"))[:80],
            expected="see /v2/models/digits",
        )
    size = _parameters(only).get("binary_data_size")
    if size is None:
        return only, None
    if type(size) is not int or size != len(data):
        raise RefusalError(
            400, "binary_data_size does not fit", found=str(size)[:20], expected=f"{len(data)}, what came"
        )
    return only, data


def _parameters(described: Any) -> dict[str, Any]:  # noqa: ANN401  (any JSON value)
    return as_object((as_object(described) or {}).get("parameters")) or {}


def _response(asked: dict[str, Any], answered: Answered[Answer] | Answered[PageAnswer]) -> Response:
    """Return the wanted outputs, each in JSON or binary as it was asked for."""
    all_binary = _parameters(asked).get("binary_data_output") is True
    outputs = {each.name: each for each in outputs_of(answered.answers, answered.model.classes)}
    wanted = as_list(asked.get("outputs", [])) or [{"name": name} for name in outputs]
    names = [str((as_object(each) or {}).get("name")) for each in wanted]
    if unknown := [name for name in names if name not in outputs]:
        raise RefusalError(400, "there is no such output", found=unknown[0][:80], expected=", ".join(outputs))
    heads: list[dict[str, Any]] = []
    data: list[bytes] = []
    for name, each in zip(names, wanted, strict=True):
        if _parameters(each).get("binary_data", all_binary) is True:
            head, binary = outputs[name].as_binary()
            heads.append(head)
            data.append(binary)
        else:
            heads.append(outputs[name].as_json())
    content: dict[str, Any] = {"model_name": NAME, "model_version": answered.model.version, "outputs": heads}
    if isinstance(asked.get("id"), str):
        content["id"] = asked["id"]
    response = JsonResponse(content, headers=model_header(answered))
    if not data:
        return response
    length = {JSON_LENGTH: str(len(response.body))}
    return Response(
        b"".join([bytes(response.body), *data]),
        headers=model_header(answered) | length,
        media_type="application/octet-stream",
    )

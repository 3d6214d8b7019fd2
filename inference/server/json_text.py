"""JSON in requests and responses, strict: no NaN, no lone surrogates, bounded nesting."""

from __future__ import annotations

from typing import Any, cast

from pydantic_core import from_json, to_json
from starlette.responses import Response

from inference.server.refusal import RefusalError

__all__ = ["MOST_JSON", "JsonResponse", "as_list", "as_object", "parse_object"]

MOST_JSON = 16 * 2**20
"""Bytes of a JSON body: parsed, it takes up to twenty times the memory."""
SHORT = 200  # characters of the parser's message


class JsonResponse(Response):
    """A response of one JSON document."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401  (any JSON value)
        """Return the document as UTF-8."""
        return to_json(content)

    @classmethod
    def refusing(cls, error: RefusalError) -> JsonResponse:
        """Return the response for a request that is not answered: `{"error": "..."}`."""
        return cls({"error": error.text}, error.status, error.headers)


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is.

    Raises:
        RefusalError: not JSON, not an object, or nested deeper than 200.
    """
    try:
        value = from_json(body, allow_inf_nan=False, cache_strings="none")
    except ValueError as error:
        raise RefusalError(400, "the body is not JSON", found=str(error)[:SHORT], expected="a JSON object") from None
    found = as_object(value)
    if found is None:
        raise RefusalError(400, "the body is not a JSON object", found=type(value).__name__, expected="an object")
    return found


def as_object(value: Any) -> dict[str, Any] | None:  # noqa: ANN401  (any JSON value)
    """Return a JSON object; None for any other value."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def as_list(value: Any) -> list[Any] | None:  # noqa: ANN401  (any JSON value)
    """Return a JSON array; None for any other value."""
    return cast("list[Any]", value) if isinstance(value, list) else None

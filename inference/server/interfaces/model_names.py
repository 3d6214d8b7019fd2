"""Which model a request asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.server.refusal import RefusalError

if TYPE_CHECKING:
    from starlette.requests import Request

    from inference.server.answering.served import Served

__all__ = ["NAME", "check_model"]

NAME = "digits"
CHAMPION = "champion"
SHORT = 80  # characters of a name that an error repeats


def check_model(request: Request, served: Served) -> None:
    """Raise RefusalError (404) unless the path names the served model: by name, version, its number, or `champion`."""
    asked = request.path_params
    name, label = asked.get("name", NAME), asked.get("label", CHAMPION)
    version = asked.get("version", served.version)
    if name != NAME:
        raise RefusalError(404, "there is no such model", found=name[:SHORT], expected=NAME)
    if label != CHAMPION:
        raise RefusalError(404, "there is no such label", found=label[:SHORT], expected=CHAMPION)
    if version not in {served.version, served.number}:
        expected = " or ".join(filter(None, (served.number, served.version)))
        raise RefusalError(404, "this version is not served", found=version[:SHORT], expected=expected)

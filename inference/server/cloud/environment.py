"""What the environment says about serving: where to listen, which model, which routes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from inference.model.pinned import split_pin
from inference.server.cloud.routes import Routes
from schemas.errors import InputError, UsageError

__all__ = ["Environment", "available_threads"]

PORTS = ("AIP_HTTP_PORT", "SAGEMAKER_BIND_TO_PORT", "AWS_LWA_PORT", "PORT")
"""Variables that name the port: Vertex AI, SageMaker, the web adapter of AWS Lambda, and everybody else."""
OUTWARD = ("AIP_HTTP_PORT", "SAGEMAKER_BIND_TO_PORT", "K_SERVICE", "AWS_LAMBDA_FUNCTION_NAME")
"""Variables of clouds that reach the server from outside its container; K_SERVICE is Cloud Run's and Knative's."""
LOOPBACK_PORT, OUTWARD_PORT = 8000, 8080
MOST_THREADS = 8


@dataclass(frozen=True)
class Environment:
    """How a process is told to serve.

    Attributes:
        host: address to bind: all of the container's if a cloud started it, otherwise the loopback.
        port: 0 to 65535.
        model: path or URI of the bundle, with @ and its digest; '' if the environment names none.
        packaged: the same of the model that an image brings along, which is served if nothing names another.
        hosts: names that a request's Host may have, beside the loopback's if that is bound; empty for any.
        token: that requests must carry; '' for none.
        routes: paths that the cloud calls.
    """

    host: str
    port: int
    model: str
    packaged: str
    hosts: frozenset[str]
    token: str
    routes: Routes

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Environment:
        """Read it from environment variables; an empty one counts as unset.

        Raises:
            UsageError: a port that is no number, or a route that does not begin with a slash.
        """
        outward = any(variables.get(name) for name in OUTWARD)
        return cls(
            host=variables.get("DIGITS_HOST") or ("0.0.0.0" if outward else "127.0.0.1"),  # noqa: S104
            port=_port(variables, OUTWARD_PORT if outward else LOOPBACK_PORT),
            model=variables.get("DIGITS_MODEL") or variables.get("AIP_STORAGE_URI", ""),
            packaged=variables.get("DIGITS_PACKAGED", ""),
            hosts=frozenset(variables.get("DIGITS_ALLOW_HOSTS", "").lower().replace(",", " ").split()),
            token=variables.get("DIGITS_TOKEN", ""),
            routes=Routes(_route(variables, "AIP_HEALTH_ROUTE"), _route(variables, "AIP_PREDICT_ROUTE")),
        )

    @property
    def bundle(self) -> Path | None:
        """The folder that the environment names; None if it names none.

        Raises:
            InputError: a URI of something that is not a folder of this machine.
            UsageError: only a part of a digest stands behind it.
        """
        if not self.model:
            return None
        name, _ = split_pin(self.model)
        parts = urlsplit(name)
        if "://" not in name:
            return Path(name)
        if parts.scheme == "file":
            return Path(unquote(parts.path))
        raise InputError(
            f"the model {self.model} is not on this machine",
            found=f"{parts.scheme}://, which this server does not download",
            expected="the folder of a bundle",
            do="digits package puts the bundle into the image: upload it to Vertex AI without --artifact-uri; "
            "or mount the folder, and name it with DIGITS_MODEL",
        )

    @property
    def digest(self) -> str:
        """The content digest that the model must have; '' if the environment does not state one."""
        return split_pin(self.model)[1]


def _port(variables: Mapping[str, str], otherwise: int) -> int:
    name = next((name for name in PORTS if variables.get(name)), "")
    text = variables.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit()) or int(text[:9]) > 65535:  # noqa: PLR2004  (the highest port)
        raise UsageError(f"{name} is not a port", found=text[:80], expected="0 to 65535")
    return int(text)


def _route(variables: Mapping[str, str], name: str) -> str:
    route = variables.get(name, "")
    if route and (not route.startswith("/") or set("{}?#") & set(route)):
        raise UsageError(f"{name} is not a path", found=route[:80], expected="such as /predict")
    return route


def available_threads() -> int:
    """Return how many threads may read pictures: one for each processor that this process may use, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1  # macOS
    return min(usable, MOST_THREADS)

"""What the environment says about serving."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.server.cloud.environment import Environment
from schemas.errors import InputError, UsageError


def test_a_bare_environment_is_this_machine_alone() -> None:
    """Without variables the server binds the loopback, asks for no token and has no routes of a cloud."""
    told = Environment.read({})
    assert (told.host, told.port, told.bundle, told.token, told.hosts) == ("127.0.0.1", 8000, None, "", frozenset())


@pytest.mark.parametrize(
    ("variables", "host", "port"),
    [
        ({"PORT": "8123"}, "127.0.0.1", 8123),
        ({"PORT": ""}, "127.0.0.1", 8000),
        ({"PORT": "8080", "K_SERVICE": "digits"}, "0.0.0.0", 8080),  # noqa: S104  (as Cloud Run asks for)
        ({"PORT": "1", "AIP_HTTP_PORT": "8081"}, "0.0.0.0", 8081),  # noqa: S104
        ({"PORT": "1", "SAGEMAKER_BIND_TO_PORT": "8082"}, "0.0.0.0", 8082),  # noqa: S104
        ({"AWS_LAMBDA_FUNCTION_NAME": "digits"}, "0.0.0.0", 8080),  # noqa: S104
        ({"AWS_LAMBDA_FUNCTION_NAME": "digits", "AWS_LWA_PORT": "8083"}, "0.0.0.0", 8083),  # noqa: S104
        ({"DIGITS_HOST": "::", "AIP_HTTP_PORT": "8080"}, "::", 8080),
    ],
)
def test_a_cloud_says_where_to_listen(variables: dict[str, str], host: str, port: int) -> None:
    """A cloud's own variable comes before PORT, DIGITS_HOST before what the cloud asks for."""
    told = Environment.read(variables)
    assert (told.host, told.port) == (host, port)


@pytest.mark.parametrize("port", ["http", "-1", "65536", "8080 ", "٨", "9" * 5000])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    """The error names the variable."""
    with pytest.raises(UsageError, match="AIP_HTTP_PORT is not a port"):
        Environment.read({"AIP_HTTP_PORT": port})


@pytest.mark.parametrize("route", ["predict", "/{name}", "/a?b"])
def test_a_route_that_is_none_is_refused(route: str) -> None:
    """A route begins with a slash, and has no pattern and no query."""
    with pytest.raises(UsageError, match="AIP_PREDICT_ROUTE is not a path"):
        Environment.read({"AIP_PREDICT_ROUTE": route})


def test_a_bundle_is_a_path_or_a_file_uri() -> None:
    """A folder of this machine is named either way; DIGITS_MODEL comes before AIP_STORAGE_URI."""
    assert Environment.read({"AIP_STORAGE_URI": "file:///models/my%20model"}).bundle == Path("/models/my model")
    assert Environment.read({"AIP_STORAGE_URI": "gs://b/m", "DIGITS_MODEL": "/models/a"}).bundle == Path("/models/a")
    assert Environment.read({"AIP_STORAGE_URI": ""}).bundle is None


def test_a_digest_stands_behind_the_bundle() -> None:
    """Behind the @ stands a whole content digest, or the name is refused."""
    told = Environment.read({"DIGITS_MODEL": f"/models/a@{'0a' * 32}"})
    assert (told.bundle, told.digest) == (Path("/models/a"), "0a" * 32)
    assert Environment.read({"DIGITS_MODEL": "/models/a"}).digest == ""
    with pytest.raises(UsageError, match="names no digest"):
        _ = Environment.read({"DIGITS_MODEL": "/models/a@0a"}).bundle


def test_a_bundle_in_cloud_storage_is_refused() -> None:
    """The error says how the bundle gets into the container instead."""
    with pytest.raises(InputError, match="gs://bucket/model is not on this machine") as caught:
        _ = Environment.read({"AIP_STORAGE_URI": "gs://bucket/model"}).bundle
    assert "digits package" in caught.value.do
    assert "DIGITS_MODEL" in caught.value.do


def test_hosts_are_listed() -> None:
    """Names are separated by commas or spaces, in any case."""
    told = Environment.read({"DIGITS_ALLOW_HOSTS": "Digits.example.org, b.example.org"})
    assert told.hosts == {"digits.example.org", "b.example.org"}

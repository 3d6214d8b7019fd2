"""When the host of a data set counts as reachable."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import pytest

from components.sources import reachability
from components.sources.reachability import UnreachableError, check_reachable
from tests.components.sources.network import HOST, VARIABLES, Authority, Proxy, Site, refusing, through

FILE = "file.gz"
URL = f"https://{HOST}/folder/{FILE}"


def ask() -> str | None:
    """Request URL and return why it is not reachable, or None."""
    try:
        check_reachable(URL)
    except UnreachableError as error:
        return error.why
    return None


def route(patch: pytest.MonkeyPatch, url: str, authority: Authority | None = None) -> None:
    """Route requests only through the proxy at *url*."""
    for name in VARIABLES:
        patch.delenv(name, raising=False)
    for name, value in through(url, authority).items():
        patch.setenv(name, value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file to request."""
    (tmp_path / FILE).write_bytes(b"content")
    return tmp_path


def test_status_200_is_reachable(monkeypatch: pytest.MonkeyPatch, authority: Authority, folder: Path) -> None:
    """A host that answers with status 200 is reachable, with one connection."""
    with Proxy(Site(authority, folder)) as proxy:
        route(monkeypatch, proxy.url, authority)
        check_reachable(URL)
    assert proxy.connections == 1


@pytest.mark.parametrize("status", [HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND])
def test_other_status_is_unreachable(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, folder: Path, status: HTTPStatus
) -> None:
    """A host that answers with an error or a redirect is unreachable, and its status is named."""
    with Proxy(Site(authority, folder, status)) as proxy:
        route(monkeypatch, proxy.url, authority)
        assert ask() == f"{HOST}: status {status.value}"


def test_a_wrong_certificate_is_unreachable(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, folder: Path
) -> None:
    """A host whose certificate has an untrusted signature is unreachable."""
    with Proxy(Site(authority, folder)) as proxy:
        route(monkeypatch, proxy.url)
        assert ask() == f"{HOST}: no secure connection"


def test_a_refused_connection_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host behind a proxy that refuses connections is unreachable."""
    with refusing() as url:
        route(monkeypatch, url)
        assert ask() == f"{HOST}: the proxy does not connect"


def test_a_forbidding_proxy_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host behind a proxy that answers 403 is unreachable."""
    with Proxy("forbid") as proxy:
        route(monkeypatch, proxy.url)
        assert ask() == f"{HOST}: the proxy does not connect"


def test_a_host_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host behind a silent proxy is unreachable after the read timeout."""
    monkeypatch.setattr(reachability, "READ_SECONDS", 0.2)
    with Proxy("stall") as proxy:
        route(monkeypatch, proxy.url)
        assert ask() == f"{HOST}: no answer in time"


def test_a_host_that_never_ends_its_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that sends a byte now and then is unreachable after the deadline."""
    monkeypatch.setattr(reachability, "DEADLINE_SECONDS", 0.5)
    with Proxy("drip") as proxy:
        route(monkeypatch, proxy.url)
        assert ask() == f"{HOST}: no answer within 0.5 s"


def test_the_deadline_is_below_ten_seconds() -> None:
    """The deadline of a request is below ten seconds."""
    assert reachability.DEADLINE_SECONDS < 10

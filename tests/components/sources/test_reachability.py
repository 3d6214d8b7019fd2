"""What counts as reaching the host of a data set."""

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
    """Ask for URL as the environment leads; why it is not reached, or None."""
    try:
        check_reachable(URL)
    except UnreachableError as error:
        return error.why
    return None


def lead(patch: pytest.MonkeyPatch, url: str, authority: Authority | None = None) -> None:
    """Lead requests through the proxy at *url*, and to nothing else."""
    for name in VARIABLES:
        patch.delenv(name, raising=False)
    for name, value in through(url, authority).items():
        patch.setenv(name, value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a file to ask for."""
    (tmp_path / FILE).write_bytes(b"content")
    return tmp_path


def test_status_200_is_reached(monkeypatch: pytest.MonkeyPatch, authority: Authority, folder: Path) -> None:
    """A host that answers with status 200 is reached, with one connection."""
    with Proxy(Site(authority, folder)) as proxy:
        lead(monkeypatch, proxy.url, authority)
        check_reachable(URL)
    assert proxy.connections == 1


@pytest.mark.parametrize("status", [HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND])
def test_other_status_is_unreachable(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, folder: Path, status: HTTPStatus
) -> None:
    """A host that answers with an error or leads elsewhere is unreachable, and its status is named."""
    with Proxy(Site(authority, folder, status)) as proxy:
        lead(monkeypatch, proxy.url, authority)
        assert ask() == f"{HOST}: status {status.value}"


def test_wrong_certificate_is_unreachable(monkeypatch: pytest.MonkeyPatch, authority: Authority, folder: Path) -> None:
    """A host whose certificate nobody we trust has signed is unreachable."""
    with Proxy(Site(authority, folder)) as proxy:
        lead(monkeypatch, proxy.url)
        assert ask() == f"{HOST}: no secure connection"


def test_refused_connection_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host behind a proxy that refuses connections is unreachable."""
    with refusing() as url:
        lead(monkeypatch, url)
        assert ask() == f"{HOST}: the proxy does not connect"


def test_forbidding_proxy_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that the proxy answers 403 for is unreachable."""
    with Proxy("forbid") as proxy:
        lead(monkeypatch, proxy.url)
        assert ask() == f"{HOST}: the proxy does not connect"


def test_a_host_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host behind a proxy that sends nothing is unreachable once the time for reading is over."""
    monkeypatch.setattr(reachability, "READ_SECONDS", 0.2)
    with Proxy("stall") as proxy:
        lead(monkeypatch, proxy.url)
        assert ask() == f"{HOST}: no answer in time"


def test_a_host_that_never_ends_its_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host behind a proxy that sends a byte now and then is unreachable once the time for all is over."""
    monkeypatch.setattr(reachability, "DEADLINE_SECONDS", 0.5)
    with Proxy("drip") as proxy:
        lead(monkeypatch, proxy.url)
        assert ask() == f"{HOST}: no answer within 0.5 s"


def test_giving_up_takes_less_than_ten_seconds() -> None:
    """However a host behaves, the whole of the request is given up within ten seconds."""
    assert reachability.DEADLINE_SECONDS < 10

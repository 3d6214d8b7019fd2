"""What counts as reaching the host of a data set."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest

from components.sources.reachability import UnreachableError, check_reachable
from tests.components.sources.network import HOST, VARIABLES, Authority, Proxy, Site, refusing, through

FILE = "file.gz"
URL = f"https://{HOST}/folder/{FILE}"


@dataclass(frozen=True)
class Answer:
    """What check_reachable said: why not, or None; and after how many seconds."""

    why: str | None
    seconds: float


def ask() -> Answer:
    """Ask for URL as the environment leads."""
    start = time.monotonic()
    try:
        check_reachable(URL)
    except UnreachableError as error:
        return Answer(error.why, time.monotonic() - start)
    return Answer(None, time.monotonic() - start)


def lead(patch: pytest.MonkeyPatch, url: str, authority: Authority | None = None) -> None:
    """Lead requests through the proxy at *url*, and to nothing else."""
    for name in VARIABLES:
        patch.delenv(name, raising=False)
    for name, value in through(url, authority).items():
        patch.setenv(name, value)


@pytest.fixture(scope="module")
def waited() -> dict[str, Answer]:
    """Ask a stalling and a dripping proxy side by side, for both take their time."""
    with contextlib.ExitStack() as proxies, ThreadPoolExecutor() as pool:
        asked: dict[str, Future[Answer]] = {}
        for behaviour in ("stall", "drip"):
            proxy = proxies.enter_context(Proxy(behaviour))
            with pytest.MonkeyPatch.context() as patch:
                lead(patch, proxy.url)
                asked[behaviour] = pool.submit(ask)
                assert proxy.await_connections(1, seconds=5)  # so the environment has been read, and may change
        return {behaviour: answer.result() for behaviour, answer in asked.items()}


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
        assert ask().why == f"{HOST}: status {status.value}"


def test_wrong_certificate_is_unreachable(monkeypatch: pytest.MonkeyPatch, authority: Authority, folder: Path) -> None:
    """A host whose certificate nobody we trust has signed is unreachable."""
    with Proxy(Site(authority, folder)) as proxy:
        lead(monkeypatch, proxy.url)
        assert ask().why == f"{HOST}: no secure connection"


def test_refused_connection_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host behind a proxy that refuses connections is unreachable."""
    with refusing() as url:
        lead(monkeypatch, url)
        assert ask().why == f"{HOST}: the proxy does not connect"


def test_forbidding_proxy_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that the proxy answers 403 for is unreachable."""
    with Proxy("forbid") as proxy:
        lead(monkeypatch, proxy.url)
        assert ask().why == f"{HOST}: the proxy does not connect"


@pytest.mark.parametrize("behaviour", ["stall", "drip"])
def test_no_answer_is_unreachable(waited: dict[str, Answer], behaviour: str) -> None:
    """A host behind a proxy that never answers, or never comes to the end of its answer, is unreachable."""
    assert "no answer" in (waited[behaviour].why or "")


@pytest.mark.parametrize("behaviour", ["stall", "drip"])
def test_no_answer_is_noticed_within_ten_seconds(waited: dict[str, Answer], behaviour: str) -> None:
    """A host that never answers, or a byte a second, is given up within ten seconds."""
    assert waited[behaviour].seconds < 10

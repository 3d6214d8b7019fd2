"""Who may send a request."""

from __future__ import annotations

import pytest

from inference.server.guard.access import LOOPBACK, Access
from inference.server.refusal import RefusalError

LOCAL = Access(LOOPBACK)
ANY = Access(frozenset())
NAMED = Access(LOOPBACK | {"digits.example.org"})


def _status(access: Access, headers: dict[str, str], method: str = "POST", path: str = "/predict") -> int:
    try:
        access.check(method, path, headers)
    except RefusalError as error:
        return error.status
    return 200


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LOCALHOST.", "127.0.0.1:1", "[::1]:8000", "[::1]"])
def test_loopback_is_answered(host: str) -> None:
    """Each name of the loopback passes, with or without a port."""
    assert _status(LOCAL, {"host": host}) == 200


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "[::2]", "@localhost", "0"]
)
def test_another_host_is_refused(host: str) -> None:
    """A name that only looks like the loopback is refused."""
    assert _status(LOCAL, {"host": host}) == 421


def test_a_name_can_be_allowed() -> None:
    """A name that the user allows passes, and a page of it may ask."""
    assert _status(NAMED, {"host": "digits.example.org"}) == 200
    assert _status(NAMED, {"host": "127.0.0.1:8000", "origin": "https://digits.example.org"}) == 200


def test_bound_to_all_addresses_any_name_passes() -> None:
    """Behind a proxy the name is not known beforehand."""
    assert _status(ANY, {"host": "pod-17:8080"}) == 200


@pytest.mark.parametrize("host", ["10.0.0.7:8080", "[fd00::7]:8080"])
def test_a_probe_asks_by_address(host: str) -> None:
    """With names allowed on a server for others, an address passes too, and another name does not."""
    access = Access(frozenset({"digits.example.org"}), addresses=True)
    assert _status(access, {"host": host}) == 200
    assert _status(access, {"host": "10.0.0.7.nip.io"}) == 421


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "http://localhost:9000", "http://127.0.0.1", "\ud800"]
)
def test_a_page_of_another_origin_cannot_post(origin: str) -> None:
    """The origin must be the very host and port that is asked."""
    assert _status(LOCAL, {"host": "localhost:8000", "origin": origin}) == 403
    assert _status(ANY, {"host": "localhost:8000", "origin": origin}) == 403


def test_its_own_page_can_post() -> None:
    """The page's own origin passes."""
    assert _status(LOCAL, {"host": "[::1]:8000", "origin": "http://[::1]:8000"}) == 200


def test_two_lengths_are_refused() -> None:
    """A request with Content-Length and Transfer-Encoding may be two requests to a proxy (request smuggling)."""
    assert _status(LOCAL, {"host": "localhost", "content-length": "3", "transfer-encoding": "chunked"}) == 400


@pytest.mark.parametrize(
    "given", ["", "Bearer ", "Bearer secre", "Bearer secret2", "Basic secret", "secret", "Bearer \u00ff"]
)
def test_a_wrong_token_is_refused(given: str) -> None:
    """Only the whole token passes."""
    access = Access(LOOPBACK, "secret", frozenset({"/"}))
    assert _status(access, {"host": "localhost", "authorization": given}) == 401


def test_the_right_token_passes() -> None:
    """The scheme's case does not matter; an open path needs no token."""
    access = Access(LOOPBACK, "secret", frozenset({"/"}))
    assert _status(access, {"host": "localhost", "authorization": "bearer secret"}) == 200
    assert _status(access, {"host": "localhost"}, "GET", "/") == 200

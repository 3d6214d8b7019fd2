"""Who is answered: paths, hosts, origins and the token."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.e2e.serving.asked import PICTURE, V1
from tests.project import Project
from tests.serving import Server, serving


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/v1/models/cats",
        f"{V1}/versions/2",
        f"{V1}/versions/..%2f..",
        "/v2/models/cats/ready",
        "/%2e%2e/etc",
        "/x%00",
    ],
)
def test_what_is_not_there_has_status_404(server: Server, path: str) -> None:
    """Another model, version or path is an error that says what is there."""
    reply = server.get(path)
    assert reply.status == 404
    assert "expected" in reply.json["error"]


def test_another_host_is_not_answered(server: Server) -> None:
    """A name that a stranger pointed at this machine (DNS rebinding) is refused."""
    assert server.get("/model.json", Host="evil.example").status == 421


def test_a_page_of_another_site_cannot_ask(server: Server) -> None:
    """A POST with the Origin of another site is refused, one of this server's own page is not."""
    own = server.address.rstrip("/")
    assert server.ask("POST", "/predict", PICTURE, {"Origin": "https://evil.example"}).status == 403
    assert server.ask("POST", "/predict", PICTURE, {"Origin": "null"}).status == 403
    assert server.ask("POST", "/predict", PICTURE, {"Origin": own}).status == 200


@pytest.fixture(scope="module")
def secret(sealed: Project) -> Generator[Server]:
    """Yield a server that asks for a token."""
    with serving(Project(sealed.path, sealed.environment | {"DIGITS_TOKEN": "opensesame"})) as server:
        yield server


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer opensesam", "Basic opensesame", "Bearer ÿ"])
def test_a_wrong_token_is_refused(secret: Server, given: str | None) -> None:
    """Without the token, or with another one, a picture is not read."""
    headers = {} if given is None else {"Authorization": given}
    reply = secret.ask("POST", "/predict", PICTURE, headers)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_the_token_opens(secret: Server) -> None:
    """With the token a picture is read; the page and the probes need none."""
    assert secret.ask("POST", "/predict", PICTURE, {"Authorization": "Bearer opensesame"}).status == 200
    assert [secret.get(path).status for path in ("/", "/page.mjs", "/healthz", "/metrics")] == [200, 200, 200, 401]

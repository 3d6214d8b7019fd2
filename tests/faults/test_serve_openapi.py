"""The OpenAPI document, against a real server."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.project import Project
from tests.serving import Server, serving

pytestmark = [pytest.mark.faults, pytest.mark.filterwarnings("ignore")]
GENERATED = 15
"""Requests for each operation."""
ANYTHING = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)


@pytest.fixture(scope="module")
def server(sealed: Project) -> Generator[Server]:
    """Yield a server of the sealed bundle."""
    with serving(sealed) as server:
        yield server


@pytest.fixture(scope="module")
def schema(server: Server) -> Any:  # noqa: ANN401
    """Return the document, as schemathesis reads it."""
    import schemathesis

    return schemathesis.openapi.from_url(f"{server.address}openapi.json")


def test_generated_requests_never_fail_the_server(schema: Any, server: Server) -> None:  # noqa: ANN401
    """Whatever schemathesis generates, the server does not fail, and answers in a status and form of the document."""
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) > 12
    for operation in operations:
        _try(operation, server)


def _try(operation: Any, server: Server) -> None:  # noqa: ANN401
    from schemathesis import checks
    from schemathesis.specs.openapi import checks as conformance

    known: Any = (checks, conformance)
    wanted = [known[0].not_a_server_error, known[1].status_code_conformance, known[1].response_schema_conformance]
    unbounded = settings(
        max_examples=GENERATED, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
    )

    def ask(case: Any) -> None:  # noqa: ANN401
        case.call_and_validate(base_url=server.address.rstrip("/"), checks=wanted)

    settings(unbounded, suppress_health_check=ANYTHING)(given(operation.as_strategy())(ask))()

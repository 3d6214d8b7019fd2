"""Check that the host of a data set answers, with one request and a deadline."""

from __future__ import annotations

import threading

from schemas.errors import InputError

__all__ = ["UnreachableError", "check_reachable"]

CONNECT_SECONDS = 3
READ_SECONDS = 5
DEADLINE_SECONDS = 9


class UnreachableError(InputError):
    """The host of a data set cannot be reached; *why* is a phrase for use in a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "MNIST cannot be downloaded",
            found=why,
            expected="a connection, or the four original files in manual_dir",
            do="set DIGITS_TFDS_MANUAL_DIR, or ingest.fallback=sample for the embedded sample",
        )
        self.why = why


def check_reachable(url: str) -> None:
    """Request the headers of *url* once, through the environment's proxies.

    Raises:
        UnreachableError: no answer with status 200 within 9 s. The overall deadline is needed because a server that
            sends a byte now and then never triggers a read timeout.
    """
    outcome: list[str | None] = []
    request = threading.Thread(target=lambda: outcome.append(_request_headers(url)), daemon=True)
    request.start()
    request.join(DEADLINE_SECONDS)
    why = outcome[0] if outcome else f"no answer within {DEADLINE_SECONDS} s"
    if why is not None:
        host = url.split("/")[2]
        raise UnreachableError(f"{host}: {why}")


def _request_headers(url: str) -> str | None:
    """Return why the host is unreachable, or None if it answers."""
    import requests

    try:
        answer = requests.head(url, timeout=(CONNECT_SECONDS, READ_SECONDS))
    except requests.exceptions.SSLError:
        return "no secure connection"
    except requests.exceptions.ProxyError:
        return "the proxy does not connect"
    except requests.exceptions.Timeout:
        return "no answer in time"
    except requests.exceptions.RequestException:
        return "no connection"
    return None if answer.status_code == requests.codes.ok else f"status {answer.status_code}"

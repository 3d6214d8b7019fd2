"""Whether the host of a data set answers: one bounded request decides."""

from __future__ import annotations

import threading

from schemas.errors import InputError

__all__ = ["UnreachableError", "check_reachable"]

CONNECT_SECONDS = 3
READ_SECONDS = 5
DEADLINE_SECONDS = 9


class UnreachableError(InputError):
    """The host of a data set cannot be reached; *why* fits into a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "MNIST cannot be downloaded",
            found=why,
            expected="a connection, or the four original files in manual_dir",
            do="set DIGITS_TFDS_MANUAL_DIR, or ingest.fallback=sample for the embedded sample",
        )
        self.why = why


def check_reachable(url: str) -> None:
    """Ask for the headers of *url* once, through the proxies of the environment.

    Raises:
        UnreachableError: no answer with status 200 within 9 s. A server that sends a byte now
            and then would keep a read timeout from ever striking, hence the deadline over all.
    """
    outcome: list[str | None] = []
    asking = threading.Thread(target=lambda: outcome.append(_ask(url)), daemon=True)
    asking.start()
    asking.join(DEADLINE_SECONDS)
    why = outcome[0] if outcome else f"no answer within {DEADLINE_SECONDS} s"
    if why is not None:
        host = url.split("/")[2]
        raise UnreachableError(f"{host}: {why}")


def _ask(url: str) -> str | None:
    """Return why the host was not reached, or None if it was."""
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

"""Cancel a job through Flink's REST interface.

Beam's job server (2.62, with Flink 1.19) reports a job as cancelled while Flink keeps running it.
"""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

__all__ = ["cancel_on_flink"]

TIMEOUT = 10  # seconds


def cancel_on_flink(master: str, name: str) -> None:
    """Cancel all jobs of a name.

    Args:
        master: the JobManager's REST interface, HOST:PORT or a URL.
        name: the name of the jobs.

    Raises:
        OSError: Flink does not answer or refuses.
        RuntimeError: Flink has no job of this name.
    """
    url = master.rstrip("/") if "://" in master else f"http://{master}"
    with urlopen(f"{url}/jobs/overview", timeout=TIMEOUT) as answer:  # noqa: S310  (the user chooses the scheme)
        found = [job["jid"] for job in json.load(answer)["jobs"] if job["name"] == name]
    if not found:
        raise RuntimeError("Flink has no such job")
    for job in found:
        with urlopen(Request(f"{url}/jobs/{job}?mode=cancel", method="PATCH"), timeout=TIMEOUT):  # noqa: S310  (the same)
            pass

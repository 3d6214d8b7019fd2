"""The end of a job on a Flink cluster, which Flink itself is asked for.

Beam's job server (2.62, and Flink 1.19) says that it has cancelled a job, and Flink goes on with it.
"""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

__all__ = ["cancel_on_flink"]

PATIENCE = 10  # seconds for an answer


def cancel_on_flink(master: str, name: str) -> None:
    """Cancel the jobs of a name.

    Args:
        master: the JobManager's REST interface: HOST:PORT, or a URL.
        name: of the jobs.

    Raises:
        OSError: Flink does not answer, or refuses.
        RuntimeError: it has no job of this name.
    """
    url = master.rstrip("/") if "://" in master else f"http://{master}"
    with urlopen(f"{url}/jobs/overview", timeout=PATIENCE) as answer:  # noqa: S310  (whose scheme the user names)
        found = [job["jid"] for job in json.load(answer)["jobs"] if job["name"] == name]
    if not found:
        raise RuntimeError("Flink has no such job")
    for job in found:
        with urlopen(Request(f"{url}/jobs/{job}?mode=cancel", method="PATCH"), timeout=PATIENCE):  # noqa: S310  (the same)
            pass

"""Our application on Granian instead of uvicorn: python -m tests.benchmarks.serving.granian_server PORT.

Granian is not among our requirements; PYTHONPATH names a folder with it, and DIGITS_MODEL the bundle.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from inference.model.threads import use_one_thread


def make() -> Any:  # noqa: ANN401  (an ASGI application)
    """Return the application, as Granian's worker asks for it."""
    use_one_thread()
    from inference.server.answering.served import Followed
    from inference.server.application import make_application
    from inference.server.cloud.environment import Environment, available_threads
    from inference.server.cloud.routes import Routes
    from inference.server.guard.access import Access
    from inference.server.guard.access_log import AccessLog
    from inference.server.interfaces.correct import Keeper

    log, threads, keeper = AccessLog(), available_threads(), Keeper(None, open_to_others=False)
    model = Followed(Environment.read(os.environ).bundle or Path(), threads, log.say)
    return make_application(model, threads, Access(frozenset()), log, lambda: None, keeper, cloud=Routes())


def main() -> None:
    """Serve until a signal ends the process."""
    from granian import Granian  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

    server: Any = Granian
    settings = {"interface": "asgi", "factory": True, "workers": 1, "log_enabled": False}
    server("tests.benchmarks.serving.granian_server:make", "127.0.0.1", int(sys.argv[1]), **settings).serve()


if __name__ == "__main__":
    main()

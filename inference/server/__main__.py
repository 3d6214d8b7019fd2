"""Serve the model that the environment names, as a container does: python -m inference.server [serve]."""

from __future__ import annotations

import os
import sys

from inference.model.threads import use_one_thread

__all__ = ["main"]


def main() -> None:
    """Serve until a signal ends the process; a word `serve` may follow, as SageMaker has it."""
    from schemas.errors import DigitsError

    try:
        _serve(sys.argv[1:])
    except DigitsError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _serve(words: list[str]) -> None:
    use_one_thread()
    from inference.server import serve as server
    from inference.server.cloud.environment import Environment, available_threads
    from inference.server.cloud.model import MOUNTS, find_bundle_in, find_mounted
    from schemas.errors import InputError, UsageError

    if words not in ([], ["serve"]):
        raise UsageError("this command takes no options", found=" ".join(words), expected="environment variables")
    told = Environment.read(os.environ)
    bundle = find_bundle_in(told.bundle) if told.bundle else find_mounted()
    if bundle is None:
        places = ", ".join(map(str, MOUNTS))
        raise InputError("there is no model", expected=f"a bundle in DIGITS_MODEL, or in one of {places}")
    options = server.Options(
        link=bundle,
        host=told.host,
        port=told.port,
        threads=available_threads(),
        hosts=told.hosts,
        token=told.token,
        report=lambda: None,
        cloud=told.routes,
    )

    def announce(address: str, model: str) -> None:
        print(address, flush=True)
        print(f"serving {model}", file=sys.stderr, flush=True)

    server.serve(options, announce)


if __name__ == "__main__":
    main()

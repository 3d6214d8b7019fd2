"""Serve the model that the environment names, as a container does: python -m inference.server [serve]."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from inference.model.threads import use_one_thread

if TYPE_CHECKING:
    from inference.server.cloud.environment import Environment

__all__ = ["main"]


def main() -> None:
    """Serve until a signal ends the process; a word `serve` may follow, as SageMaker has it."""
    from schemas.errors import DigitsError

    if os.getpid() == 1:  # as in a container, where a signal without a handler is dropped
        signal.signal(signal.SIGTERM, _end)
    try:
        _serve(sys.argv[1:])
    except DigitsError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    sys.exit(0)


def _serve(words: list[str]) -> None:
    use_one_thread()
    from inference.server import serve as server
    from inference.server.cloud.environment import Environment, available_threads
    from schemas.errors import UsageError, printable

    if words not in ([], ["serve"]):
        raise UsageError("this command takes no options", found=" ".join(words), expected="environment variables")
    told = Environment.read(os.environ)
    link, content = _find_model(told)
    options = server.Options(
        link=link,
        content=content,
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
        print(f"serving {printable(model)}", file=sys.stderr, flush=True)

    server.serve(options, announce)


def _find_model(told: Environment) -> tuple[Path, str]:
    """Return the bundle that the environment names, that a cloud has mounted, or that the image brings along.

    Returns:
        Its folder, and the content digest that it must have.

    Raises:
        InputError: there is none, or no digest is stated.
        UsageError: only a part of a digest is stated.
    """
    from inference.model.bundle import content_in
    from inference.model.pinned import pin, split_pin, unknown
    from inference.server.cloud.model import MOUNTS, find_bundle_in, find_mounted
    from schemas.errors import InputError

    packaged, digest = split_pin(told.packaged)
    if told.bundle:
        bundle, digest = find_bundle_in(told.bundle), told.digest
    elif mounted := find_mounted():
        bundle, digest = mounted, ""
    elif packaged:
        bundle = find_bundle_in(Path(packaged))
    else:
        places = ", ".join(map(str, MOUNTS))
        raise InputError("there is no model", expected=f"a bundle in DIGITS_MODEL, or in one of {places}")
    if not digest:
        content = content_in(bundle)
        raise unknown(str(bundle), content, f"set DIGITS_MODEL={pin(bundle, content)}")
    return bundle, digest


if __name__ == "__main__":
    main()

"""Run the server until it is stopped."""

from __future__ import annotations

import logging
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from inference.server.answering.served import Followed
from inference.server.application import make_application
from inference.server.cloud.routes import Routes
from inference.server.guard.access import LOOPBACK, Access
from inference.server.guard.access_log import AccessLog
from inference.server.guard.deadline import BoundedProtocol
from inference.server.interfaces.correct import Keep, Keeper
from inference.server.page.pages import OPEN_PATHS
from schemas.errors import UsageError

__all__ = ["Options", "serve"]

KEEP_ALIVE = 30  # seconds that an idle connection stays open
GRACE = 10  # seconds for requests under way when the server is stopped
BACKLOG = 1024


@dataclass(frozen=True)
class Options:
    """How to serve.

    Attributes:
        link: to the champion, which is followed, or the folder of one version.
        content: the content digest that the model must have; '' for any.
        host: address to bind.
        port: 0 for any free one.
        threads: that read pictures.
        hosts: further names that a request's Host may have.
        token: that requests must carry; '' for none.
        report: returns a function that renders the report of the served model's run; None if there is no such run.
        cloud: paths that a cloud calls.
        keep: stores a correction and its picture, a PNG; None if there is no place for them.
    """

    link: Path
    host: str
    port: int
    threads: int
    hosts: frozenset[str]
    token: str
    report: Callable[[], Callable[[], str] | None]
    cloud: Routes
    content: str = ""
    keep: Keep | None = None


class _Server(uvicorn.Server):
    """Calls *announce* once requests are accepted."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept requests on the sockets, then announce the address."""
        await super().startup(sockets)
        self._announce()


def serve(options: Options, announce: Callable[[str, str], None]) -> None:
    """Serve until a signal ends the process.

    Args:
        options: how to serve.
        announce: takes the address and the model's version once requests are accepted, and signals end the server.

    Raises:
        InputError: the model cannot be loaded.
        UsageError: the address cannot be bound.
    """
    listening = _bind(options.host, options.port)
    log = AccessLog()
    model = Followed(options.link, options.threads, log.say, options.content)
    local = options.host in LOOPBACK
    hosts = (LOOPBACK if local else frozenset[str]()) | options.hosts
    access = Access(hosts, options.token, OPEN_PATHS | options.cloud.probes, addresses=not local)
    keeper = Keeper(options.keep, open_to_others=not (local or options.token))
    application = make_application(model, options.threads, access, log, options.report, keeper, cloud=options.cloud)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    config = uvicorn.Config(
        application,
        http=BoundedProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    _allow_many_connections()
    try:
        _Server(config, lambda: announce(_address(listening), model.current.version)).run(sockets=[listening])
    finally:
        log.close()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        do = "choose another one with --port" if host in LOOPBACK else "bind 127.0.0.1 or 0.0.0.0 with --host"
        raise UsageError(f"{host} port {port} cannot be bound", found=error.strerror or str(error), do=do) from None
    except OverflowError:
        raise UsageError(f"there is no port {port}", expected="0 to 65535") from None
    # Connections inherit this. asyncio sets it only on sockets of another protocol number, and without it a body
    # waits up to 40 ms for the client to acknowledge the headers.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _allow_many_connections() -> None:
    """Raise the limit of open files to what the system allows: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

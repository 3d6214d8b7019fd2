"""A network for tests: a local proxy, and behind it a host that serves MNIST."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Generator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["HOST", "VARIABLES", "Authority", "Behaviour", "Proxy", "Site", "refusing", "through"]

HOST = "storage.googleapis.com"
VARIABLES = frozenset(
    [name for kind in ("http", "https", "all", "no") for name in (f"{kind}_proxy", f"{kind}_proxy".upper())]
    + ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
)
"""The environment variables that set the proxy and the trusted authorities of requests."""
DRIPPED = b"HTTP/1.1 200 "


def through(url: str, authority: Authority | None = None) -> dict[str, str]:
    """Return the environment variables that route requests through the proxy at *url* and trust *authority*."""
    trust = {} if authority is None else {"REQUESTS_CA_BUNDLE": str(authority.bundle)}
    return {"HTTPS_PROXY": url, "https_proxy": url, **trust}


@contextlib.contextmanager
def refusing() -> Generator[str]:
    """Yield the address of a proxy that refuses every connection: its port is bound, and nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


class Authority:
    """A new certificate authority, and its certificate for HOST.

    Attributes:
        bundle: file with the authority's certificate, for clients that trust it.
        context: serves TLS as HOST.
    """

    def __init__(self, folder: Path) -> None:
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The tests' own authority")])
        root = (
            _certificate(root_name, root_name, root_key, root_key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(root_key, hashes.SHA256())
        )
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        leaf = (
            _certificate(name, root_name, key, root_key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
            .sign(root_key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(root.public_bytes(pem))
        server = folder / "server.pem"
        server.write_bytes(private + leaf.public_bytes(pem))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(server)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True)
class Site:
    """HOST as a test configures it: it serves the files of a folder, by their last name.

    Attributes:
        authority: signs its certificate.
        files: the folder.
        status: the status it answers; a redirect leads to another path, and any status but 200 has no body.
        stall_after: bytes of a file after which it sends nothing more.
        cut_after: bytes of a file after which it closes the connection.
        damaged: the file that it sends with one byte changed.
    """

    authority: Authority
    files: Path
    status: HTTPStatus = HTTPStatus.OK
    stall_after: int | None = None
    cut_after: int | None = None
    damaged: str | None = None

    def read(self, name: str) -> bytes:
        """Return the bytes of a file that it sends."""
        content = bytearray((self.files / name).read_bytes())
        if name == self.damaged:
            content[len(content) // 2] ^= 0xFF
        return bytes(content)


Behaviour = Literal["stall", "drip", "forbid"] | Site


class Proxy(ThreadingHTTPServer):
    """A proxy on a free local port, which serves while its context is open.

    On CONNECT it never answers ("stall"), answers a byte now and then without end ("drip"), answers
    403 ("forbid"), or connects to a Site, whatever host was requested.

    Attributes:
        connections: number of connections made to it.
        idle: set while no connection is open.
    """

    daemon_threads = True

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behaviour: Behaviour = behaviour
        self.connections = 0
        self.idle = threading.Event()
        self.idle.set()
        self.closing = threading.Event()
        self._changed = threading.Condition()
        self._open = 0

    @property
    def url(self) -> str:
        """Its address, for HTTPS_PROXY."""
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        """Start to listen."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the port, and end all open answers."""
        self.closing.set()
        self.shutdown()
        self.server_close()

    def await_connections(self, count: int, *, seconds: float) -> bool:
        """Wait for *count* connections; return False if they are not made in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.connections >= count, seconds)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  (the signature of the base class)
        """Count the connection, then serve it in its own thread."""
        with self._changed:
            self.connections += 1
            self._open += 1
            self.idle.clear()
            self._changed.notify_all()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  (the signature of the base class)
        """Serve the connection, and count it as closed afterwards."""
        super().process_request_thread(request, client_address)
        with self._changed:
            self._open -= 1
            if not self._open:
                self.idle.set()


class _Connection(BaseHTTPRequestHandler):
    """One connection to a Proxy."""

    protocol_version = "HTTP/1.1"

    @property
    def proxy(self) -> Proxy:
        """The proxy that accepted it."""
        assert isinstance(self.server, Proxy)
        return self.server

    def handle(self) -> None:
        """Answer until the client leaves, without an error then."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            super().handle()

    def finish(self) -> None:
        """Close the connection, TLS included."""
        super().finish()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the signature of the base class)
        """Log nothing."""

    def do_CONNECT(self) -> None:
        """Behave as the proxy is configured."""
        match self.proxy.behaviour:
            case "stall":
                self._wait_for_end()
            case "drip":
                self._drip()
            case "forbid":
                self.send_error(HTTPStatus.FORBIDDEN)
            case Site() as site:
                self._become(site)

    def do_HEAD(self) -> None:
        """Answer for the site with the headers of a file."""
        self._answer(with_body=False)

    def do_GET(self) -> None:
        """Answer for the site with a file."""
        self._answer(with_body=True)

    def _wait_for_end(self) -> None:
        self.rfile.read()
        self.close_connection = True

    def _drip(self) -> None:
        self.wfile.write(DRIPPED)
        while not self.proxy.closing.wait(0.1):
            self.wfile.write(b".")
        self.close_connection = True

    def _become(self, site: Site) -> None:
        """Connect: from here on, this connection is TLS with the site."""
        self.send_response(HTTPStatus.OK)
        self.end_headers()
        self.request = site.authority.context.wrap_socket(self.connection, server_side=True)
        self.setup()
        self.close_connection = False

    def _answer(self, *, with_body: bool) -> None:
        site = self.proxy.behaviour
        assert isinstance(site, Site)
        name = self.path.rpartition("/")[2]
        content = site.read(name) if site.status == HTTPStatus.OK else b""
        self.send_response(site.status)
        if site.status.value in range(300, 400):
            self.send_header("Location", f"https://{HOST}/elsewhere/{name}")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not with_body:
            return
        limit = next((n for n in (site.stall_after, site.cut_after) if n is not None), len(content))
        self.wfile.write(content[:limit])
        if limit < len(content):
            self.close_connection = True
            if site.stall_after is not None:
                self._wait_for_end()

"""Who may send a request: the Host it names, the page it comes from, and the token it carries."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from inference.server.refusal import RefusalError

__all__ = ["LOOPBACK", "Access"]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SHORT = 80  # characters of a header that an error repeats


@dataclass(frozen=True)
class Access:
    """The rules.

    Attributes:
        hosts: names that a request's Host may have; empty for any.
        token: that a request must carry as `Authorization: Bearer TOKEN`; '' for none.
        open_paths: paths that need no token.
        addresses: whether any IP address may stand for a name, as probes and load balancers send; what leads a
            browser to a strange server (DNS rebinding) is a name.
    """

    hosts: frozenset[str]
    token: str = ""
    open_paths: frozenset[str] = frozenset()
    addresses: bool = False

    def check(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Raise RefusalError unless a request may pass.

        Args:
            method: such as POST.
            path: without the query.
            headers: names in lower case.
        """
        if "transfer-encoding" in headers and "content-length" in headers:
            raise RefusalError(400, "a request has either Content-Length or Transfer-Encoding", found="both")
        if coding := headers.get("content-encoding", ""):
            raise RefusalError(415, "a body with a Content-Encoding is not read", found=coding[:SHORT], expected="none")
        host = headers.get("host", "")
        self._check_host(host)
        origin = headers.get("origin")
        if method not in SAFE and origin is not None and not self._is_own(origin, host):
            raise RefusalError(
                403, "a page of another site sent this request", found=origin[:SHORT], expected=f"a page of {host}"
            )
        if self.token and path not in self.open_paths:
            self._check_token(headers.get("authorization", ""))

    def _check_host(self, host: str) -> None:
        name = _name(host)
        if self.hosts and name not in self.hosts and not (self.addresses and _is_address(name)):
            raise RefusalError(
                421,
                "this server does not answer for that Host",
                found=host[:SHORT],
                expected=", ".join(sorted(self.hosts)),
                do="digits serve --allow-host NAME",
            )

    def _is_own(self, origin: str, host: str) -> bool:
        """Tell whether a page of this server sent a request, or one of a host that the user allowed."""
        sender = origin.partition("://")[2].lower()
        return bool(sender) and (sender == host.lower() or _name(sender) in self.hosts - LOOPBACK)

    def _check_token(self, authorization: str) -> None:
        """Compare in constant time, so that the time of the answer does not tell how much of a guess is right."""
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self.token.encode()):
            raise RefusalError(
                401,
                "this server asks for a token",
                found="no token" if not authorization else "another one",
                expected="Authorization: Bearer TOKEN",
                headers={"WWW-Authenticate": "Bearer"},
            )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    """Return the name in a Host header, without its port, brackets and final dot."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()

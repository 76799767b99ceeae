"""Who may ask, and from which page.

    any request   Host is one of ours           a foreign name that resolves to this machine (DNS rebinding) is refused
    POST          Origin is ours, and the form carries the token of the session's cookie (SameSite=Strict)
    with a key    all but the sign-in page needs a session that has given the key

A session is a random number in a cookie; what belongs to it, form token and sign-in, is an HMAC of it under a secret that
lives as long as the server. Nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass, field

SESSION = re.compile(r"[A-Za-z0-9_-]{43}")
LEAST_KEY_LETTERS = 16


class BindingRefused(Exception):
    """The server may not listen there; the message says what is wanted."""


@dataclass(frozen=True)
class Guard:
    """The names under which the server is reached, its secret, and the key that visitors must know, if any."""

    address: str
    port: int
    key: str | None = None
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def hosts(self) -> frozenset[str]:
        """Values of the Host header that are ours."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        local = ("127.0.0.1", "localhost", "[::1]") if is_loopback(self.address) else ()
        names = {address, *local}
        return frozenset({f"{name}:{self.port}" for name in names} | (names if self.port == 80 else set()))

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; cookies do not tell ports apart, so the name does."""
        return f"plan_serve_{self.port}"

    def knows_host(self, host: str | None) -> bool:
        """Whether the Host header is ours."""
        return host is not None and host.lower() in self.hosts

    def is_own_origin(self, origin: str | None, host: str) -> bool:
        """Whether a form was sent by a page of this server under the name that the request uses."""
        return origin is not None and origin.lower() == f"http://{host.lower()}"

    def session(self, cookie: str | None) -> str:
        """The session of a cookie, or a new one."""
        number = (cookie or "").partition(".")[0]
        return number if SESSION.fullmatch(number) else secrets.token_urlsafe(32)

    def form_token(self, session: str) -> str:
        """What a form of this session carries."""
        return self._mac("form", session)

    def is_form_token(self, token: str, session: str) -> bool:
        """Whether a form is of this session."""
        return hmac.compare_digest(token.encode(), self.form_token(session).encode())

    def signed_in(self, session: str) -> str:
        """The cookie of a session that has given the key."""
        return f"{session}.{self._mac('key', session)}"

    def may_enter(self, cookie: str | None) -> bool:
        """Whether the cookie is of a session that has given the key, where one is wanted."""
        if self.key is None:
            return True
        return hmac.compare_digest((cookie or "").encode(), self.signed_in(self.session(cookie)).encode())

    def is_key(self, given: str) -> bool:
        """Whether this is the key."""
        return self.key is not None and hmac.compare_digest(given.encode(), self.key.encode())

    def _mac(self, purpose: str, session: str) -> str:
        return hmac.new(self.secret, f"{purpose} {session}".encode(), hashlib.sha256).hexdigest()


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("10.0.0.5")
    (True, True, False)
    """
    return address == "localhost" or ipaddress.ip_address(address).is_loopback


def binding(address: str, port: int, remote: bool, key: str | None) -> Guard:
    """The guard of a server at this address; raises BindingRefused where it may not listen there."""
    try:
        parsed = ipaddress.ip_address("127.0.0.1" if address == "localhost" else address)
    except ValueError:
        raise BindingRefused(f"--host: got {address}, wanted an address such as 127.0.0.1") from None
    if parsed.is_unspecified:
        raise BindingRefused(f"--host: {address} is every address of this machine; name one")
    if not parsed.is_loopback and not (remote and key):
        raise BindingRefused(f"--host: others reach {address}: that takes --remote and --key-file as well")
    if key is not None and (len(key) < LEAST_KEY_LETTERS or not key.isascii() or not key.isprintable()):
        raise BindingRefused(f"--key-file: wanted at least {LEAST_KEY_LETTERS} plain letters on one line")
    return Guard(address, port, key)

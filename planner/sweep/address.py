"""Where a Dask scheduler may be: on this machine, or behind TLS.

Plain tcp carries pickled functions: who can answer in the scheduler's place runs what he likes here, and who listens reads
the scenarios. So without TLS only a loopback address is taken, as a number or as `localhost`, and nothing is looked up or
connected before that is clear.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

ADDRESS = re.compile(
    r"(?P<way>tcp|tls)://(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<name>[A-Za-z0-9._-]+)):(?P<port>[0-9]{1,5})"
)


class AddressError(ValueError):
    """The address is none, or not one that may be connected; the message says what to do."""


@dataclass(frozen=True)
class Tls:
    """Files for both sides to prove who they are."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def complete(self) -> bool:
        """All three are given."""
        return None not in (self.ca, self.cert, self.key)


@dataclass(frozen=True)
class At:
    """A scheduler that may be connected; `tls` is None on loopback without it."""

    address: str
    tls: Tls | None


def checked(address: str, tls: Tls) -> At:
    """The address with its TLS files. Raises AddressError.

    >>> checked("tcp://127.0.0.1:8786", Tls()).address
    'tcp://127.0.0.1:8786'
    """
    found = ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise AddressError(f"--cluster: got {address!r}, wanted tls://HOST:PORT, or tcp://127.0.0.1:PORT")
    given = [name for name in ("ca", "cert", "key") if getattr(tls, name) is not None]
    if found["way"] == "tls":
        if not tls.complete():
            missing = [f"--tls-{name}" for name in ("ca", "cert", "key") if name not in given]
            raise AddressError(f"--cluster: {address} needs {', '.join(missing)} too")
        return At(address, tls)
    if given:
        raise AddressError(f"--cluster: {address} is not encrypted, but --tls-{given[0]} is given: wanted tls://")
    if not is_loopback(found["six"] or found["name"]):
        raise AddressError(
            f"--cluster: {address} is not this machine, and tcp:// is neither encrypted nor authenticated: "
            "start the cluster with TLS and use tls://, with --tls-ca, --tls-cert and --tls-key"
        )
    return At(address, None)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine for certain, without looking it up.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "127.1", "10.0.0.1", "localhost.example.org")]
    [True, True, True, False, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Of an address that a scheduler tells; empty if it is none.

    >>> host_of("tcp://10.0.0.7:4001"), host_of("inproc://x")
    ('10.0.0.7', '')
    """
    found = ADDRESS.fullmatch(address)
    return (found["six"] or found["name"]) if found else ""

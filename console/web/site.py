"""What a console is told about the place it runs at."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Site:
    """Where people reach the console, and what it takes from them at most."""

    origin: str = "http://localhost:8421"  # as the browser sees it; passkeys are tied to its host
    body_bytes_max: int = 1_000_000
    upload_bytes_max: int = 10_000_000

    @property
    def host(self) -> str:
        """Return the name people type; requests for another one are not answered."""
        return urlsplit(self.origin).hostname or "localhost"

    @property
    def port(self) -> int:
        """Return the port, also when the address leaves it out."""
        parts = urlsplit(self.origin)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def encrypted(self) -> bool:
        """Tell whether the way to the browser is encrypted; without it only this machine is served."""
        return urlsplit(self.origin).scheme == "https"

    @property
    def hosts(self) -> frozenset[str]:
        """Return every name that is answered: on this machine also its number."""
        return LOOPBACK | {self.host} if self.host in LOOPBACK else frozenset({self.host})

    @property
    def cookie(self) -> str:
        """Return the session cookie's name; the prefix keeps it to this host (RFC 6265bis)."""
        return "__Host-wayhome" if self.encrypted else "wayhome"


class Door(NamedTuple):
    """Where the server listens, and whose word it takes for whom it asks."""

    host: str
    port: int
    proxy: str = "127.0.0.1"

"""Settings, from the environment or the command line; with none, everything lives in one folder on this machine."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from console.errors import BadInput


@dataclass(frozen=True, slots=True)
class Settings:
    """Where data is and which servers are used; each field has its environment variable in ``VARIABLES``."""

    data: Path
    database_url: str | None = None
    redis_url: str | None = None
    smtp_url: str | None = None

    @property
    def log_file(self) -> Path:
        """Return the embedded database's file."""
        return self.data / "log.sqlite"

    @property
    def key_file(self) -> Path:
        """Return the key file; back it up apart from the log, or an erasure can be undone."""
        return self.data / "keys" / "keys.sqlite"

    @property
    def sign_in_file(self) -> Path:
        """Return where this user of the machine keeps what proves that they signed in; nobody else may read it."""
        return self.data / f"signed-in-{os.getuid()}"

    @property
    def order_file(self) -> Path:
        """Return the order book's file."""
        return self.data / "orders.sqlite"

    @property
    def post_folder(self) -> Path:
        """Return where invitations are put when there is no mail server."""
        return self.data / "post"

    @property
    def bank_folder(self) -> Path:
        """Return where payment files are put and the bank's answers are read."""
        return self.data / "bank"


VARIABLES: Mapping[str, str] = {
    "WAYHOME_DATA": "folder with keys, files for the bank and the post, and the embedded database (./wayhome-data)",
    "WAYHOME_DATABASE_URL": "PostgreSQL, as postgresql+psycopg://user@host/name; empty: SQLite in the data folder",
    "WAYHOME_REDIS_URL": "Redis or Valkey, as redis://host:6379/0; empty: workers run inside the process",
    "WAYHOME_SMTP_URL": "mail server, as smtp://user:password@host:587?starttls=1; empty: files in the data folder",
    "WAYHOME_ACTOR": "who types, as staff:anna; empty: staff: and the name of the user of this machine",
}


def settings(data: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings: a folder given on the command line wins over the environment's."""
    found = os.environ if environment is None else environment
    folder = data or Path(found.get("WAYHOME_DATA") or "wayhome-data")
    return Settings(
        data=folder,
        database_url=_database_url(found.get("WAYHOME_DATABASE_URL")),
        redis_url=found.get("WAYHOME_REDIS_URL") or None,
        smtp_url=found.get("WAYHOME_SMTP_URL") or None,
    )


def _database_url(text: str | None) -> str | None:
    """Return the address as it is; raises BadInput, without repeating it, for what Wayhome cannot use."""
    if not text:
        return None
    try:
        kind = make_url(text).get_backend_name()
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("postgresql", "sqlite"):
        raise BadInput("WAYHOME_DATABASE_URL is not an address like postgresql+psycopg://user@host/name")
    return text

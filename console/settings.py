"""Settings: of the data folder's own file, so that every process has the same, or of the environment.

With none, everything lives in one folder on this machine.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from console.errors import BadInput
from events.s3_address import parse_s3
from handlers.queries.record_view import ViewLimits


@dataclass(frozen=True, slots=True)
class Settings:
    """Where data is and which servers are used; each field has its environment variable in ``VARIABLES``."""

    data: Path
    database_url: str | None = None
    redis_url: str | None = None
    files_url: str | None = None
    smtp_url: str | None = None
    console_url: str | None = None
    keys_url: str | None = None
    kek_file: str | None = None
    kek_passphrase_file: str | None = None
    allow_owner: str | None = None  # "yes": the application's login may own the tables
    owner_url: str | None = None  # for `wayhome migrate` only; never in the file, which every process reads
    seal_key: str | None = None  # the file with the key the log is signed with, where it is not beside the others
    cases_per_proof: str = ""
    cases_per_hour: str = ""
    said_by: Mapping[str, str] = field(default_factory=dict)  # of each field: the environment or the file

    @property
    def view_limits(self) -> ViewLimits:
        """Return how many cases one account may open; as usual where nothing is said."""
        usual = ViewLimits()
        by_proof = int(self.cases_per_proof or usual.cases_per_proof)
        return ViewLimits(by_proof, int(self.cases_per_hour or usual.cases_per_hour))

    @property
    def file(self) -> Path:
        """Return the file of settings, which need not be there."""
        return self.data / FILE

    @property
    def log_file(self) -> Path:
        """Return the embedded database's file."""
        return self.data / "log.sqlite"

    @property
    def key_file(self) -> Path:
        """Return the key file; back it up apart from the log, or an erasure can be undone."""
        return self.data / "keys" / "keys.sqlite"

    @property
    def signing_key_file(self) -> Path:
        """Return the file with the key the log is signed with; whoever can read it can sign a false history."""
        return Path(self.seal_key) if self.seal_key else self.data / "keys" / "log-signing.key"

    @property
    def policy_file(self) -> Path:
        """Return the file that says which witnesses have to sign; nobody has to where there is none."""
        return self.data / "witnesses.policy"

    @property
    def restoring_folder(self) -> Path:
        """Return where copies lie until they have proved whole; what a broken-off attempt left there is of no use."""
        return self.data / ".restoring"

    @property
    def kek_path(self) -> Path:
        """Return the file of the key-encryption key; apart, so that a copy of the key file's folder opens nothing."""
        return Path(self.kek_file) if self.kek_file else self.data / "kek" / "kek.json"

    @property
    def sign_in_file(self) -> Path:
        """Return where this user of the machine keeps what proves that they signed in; nobody else may read it."""
        return self.data / f"signed-in-{os.getuid()}"

    @property
    def files_folder(self) -> Path:
        """Return where sealed files lie when no other store is set."""
        return self.data / "files"

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


FILE: Final = "settings.toml"
# In the environment WAYHOME_DATABASE_URL and so on.
IN_FILE: Final = (
    "database_url", "keys_url", "kek_file", "kek_passphrase_file", "redis_url", "smtp_url", "console_url",
    "files_url",
    "allow_owner", "seal_key", "cases_per_proof", "cases_per_hour",
)  # fmt: skip
COUNTS: Final = ("cases_per_proof", "cases_per_hour")  # written as a text too, like every setting
_COUNT_MAX: Final = 100_000
_ADDRESS: Final = re.compile(
    r"https://[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
)
LIKE: Final = "https://wayhome.example.org"
ENVIRONMENT: Final = "the environment"
COMMAND_LINE: Final = "the command line"
VARIABLES: Mapping[str, str] = {
    "WAYHOME_DATA": "folder with keys, files for the bank and the post, and the embedded database (./wayhome-data)",
    "WAYHOME_DATABASE_URL": "PostgreSQL, as postgresql+psycopg://user@host/name; empty: SQLite in the data folder",
    "WAYHOME_KEYS_URL": "PostgreSQL of their own for the keys, on another server; empty: a file in the data folder",
    "WAYHOME_KEK_FILE": "file that says where the key-encryption key lies; empty: kek/kek.json in the data folder",
    "WAYHOME_KEK_PASSPHRASE_FILE": "file with the passphrase of that key; empty: it is asked for where one is set",
    "WAYHOME_REDIS_URL": "Redis or Valkey, as redis://host:6379/0; empty: workers run inside the process",
    "WAYHOME_SMTP_URL": "mail server, as smtp://user:password@host:587?starttls=1; empty: files in the data folder",
    "WAYHOME_CONSOLE_URL": "where people sign in, as https://wayhome.example.org, for mail to them; empty: no link",
    "WAYHOME_FILES_URL": "store of files, as s3://ID:SECRET@bucket?endpoint=https://host; empty: a folder of the data",
    "WAYHOME_ALLOW_OWNER": "yes: the login of WAYHOME_DATABASE_URL may own the tables; to try things out only",
    "WAYHOME_OWNER_URL": "PostgreSQL with the login that owns the tables; for `wayhome migrate`, never in the file",
    "WAYHOME_SEAL_KEY": "file with the key the log is signed with, if another user seals (keys/log-signing.key)",
    "WAYHOME_CASES_PER_PROOF": "how many cases an account opens before a fresh second factor is asked for (40)",
    "WAYHOME_CASES_PER_HOUR": "how many it opens within an hour before it is stopped and looked into (120)",
    "WAYHOME_ACTOR": "who types, as staff:anna; empty: staff: and the name of the user of this machine",
}


def settings(data: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings: a folder given on the command line wins over the environment's, and that over the file.

    Raises BadInput for what Wayhome cannot use, without repeating it: it may hold a password.
    """
    found = os.environ if environment is None else environment
    folder = data or Path(found.get("WAYHOME_DATA") or "wayhome-data")
    said_by = {"data": COMMAND_LINE if data else ENVIRONMENT if found.get("WAYHOME_DATA") else ""}
    given: dict[str, str] = {}
    for name, written in _written(folder / FILE).items():
        given[name], said_by[name] = written, FILE
    for name in IN_FILE:
        if text := found.get(variable(name)):
            given[name], said_by[name] = text, ENVIRONMENT
    if given.get("allow_owner", "yes") != "yes":
        raise BadInput("WAYHOME_ALLOW_OWNER (or allow_owner in settings.toml) is yes, or is left out")
    for name in COUNTS:
        _refuse_no_count(name, given.get(name, ""))
    if not _ADDRESS.fullmatch(given.get("console_url", "https://host")):
        raise BadInput(
            f"{variable('console_url')} (or console_url in {FILE}) is an address without a path, like {LIKE}"
        )
    if given.get("files_url"):
        _refuse_no_store(given["files_url"])
    given_url = _database_url(given.pop("database_url", None))
    keys_url = _keys_url(given.pop("keys_url", None), given_url)
    owner_url = _database_url(found.get("WAYHOME_OWNER_URL"), "WAYHOME_OWNER_URL")
    return Settings(
        data=folder, database_url=given_url, keys_url=keys_url, owner_url=owner_url, said_by=said_by, **given
    )


def variable(name: str) -> str:
    """Return the variable of the environment for a setting."""
    return f"WAYHOME_{name.upper()}"


def overridden(found: Settings) -> list[str]:
    """Return a line for each setting of the file that the environment overrides in this process."""
    written = settings(found.data, {})
    return [
        f"{variable(name)} of the environment is in force instead of {name} in {found.file.name}"
        for name in IN_FILE
        if getattr(written, name) is not None and getattr(written, name) != getattr(found, name)
    ]


def _written(file: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:  # its text may repeat a password
        raise BadInput(f'{file} cannot be read; write each setting as: smtp_url = "smtp://host"') from problem
    for name, text in found.items():
        if name not in IN_FILE or not isinstance(text, str):
            raise BadInput(f"{file}: the settings there are {', '.join(IN_FILE)}, each a text in quotes")
    return {name: text for name, text in found.items() if text}


def _refuse_no_count(name: str, text: str) -> None:
    if text and not (text.isascii() and text.isdecimal() and 0 < int(text[:7]) <= _COUNT_MAX):
        raise BadInput(f"{variable(name)} (or {name} in {FILE}) is a number from 1 to {_COUNT_MAX}")


def _refuse_no_store(text: str) -> None:
    try:
        parse_s3(text)
    except ValueError as problem:  # its words repeat nothing of the address
        raise BadInput(f"WAYHOME_FILES_URL (or files_url in settings.toml) {problem}") from None


def _keys_url(text: str | None, log: str | None) -> str | None:
    """Return the address of the key database as it is; raises BadInput for another kind, or for that of the log."""
    name = "WAYHOME_KEYS_URL (or keys_url in settings.toml)"
    url = _database_url(text, name)
    if url is None:
        return None
    if make_url(url).get_backend_name() != "postgresql":
        raise BadInput(f"{name} is PostgreSQL, as postgresql+psycopg://user@host/keys; a file needs no setting")
    places = [(at.host, at.port, at.database) for at in (make_url(url), make_url(log or "sqlite://"))]
    if places[0] == places[1]:
        raise BadInput(f"{name} names the database of the log; keys lie in one of their own, under another login")
    return url


def _database_url(
    text: str | None, name: str = "WAYHOME_DATABASE_URL (or database_url in settings.toml)"
) -> str | None:
    """Return the address as it is; raises BadInput for another kind of database."""
    if not text:
        return None
    try:
        kind = make_url(text).get_backend_name()
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("postgresql", "sqlite"):
        raise BadInput(f"{name} is not an address like postgresql+psycopg://user@host/name")
    return text

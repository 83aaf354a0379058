"""What a key store keeps beside its keys: notes, names that are over, who was erased, and what was done to it."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import text

from events.database import Database
from events.key_tables import put_all, remember


class RowsBesideKeys:
    """Rows of a key store that open nothing; each is durable before what wrote it returns."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def note(self, purpose: str, value: bytes) -> None:
        """Keep the bytes in place of what was noted before; durable before this returns."""
        statement = (
            "INSERT INTO notes (purpose, value) VALUES (:purpose, :value) "
            "ON CONFLICT (purpose) DO UPDATE SET value = excluded.value"
        )
        with self.database.writing() as connection:
            connection.execute(text(statement), {"purpose": purpose, "value": value})

    def noted(self, purpose: str) -> bytes | None:
        """Return what was noted last, by whichever process."""
        found = self._one("SELECT value FROM notes WHERE purpose = :purpose", purpose=purpose)
        return None if found is None else bytes(found)

    def wrapped_under(self) -> str:
        """Return the name of the key-encryption key in force; nothing before there is one."""
        return str(self._one("SELECT kek FROM key_state") or "")

    def now(self) -> str:
        """Return what time it is by the store's own clock."""
        return str(self._one(f"SELECT {self.database.now_sql}"))

    def destroyed(self) -> Mapping[str, str]:
        """Return whose keys were destroyed, by whichever process."""
        with self.database.reading() as connection:
            return {row.person: row.at for row in connection.execute(text("SELECT person, at FROM destroyed"))}

    def persons(self) -> Collection[str]:
        """Return everybody the store holds a key for."""
        query = text("SELECT DISTINCT person FROM keys WHERE person <> ''")
        with self.database.reading() as connection:
            return set(connection.execute(query).scalars())

    def retire(self, names: Collection[str], until: str, now: str) -> None:
        """Remember that these names are over; durable before this returns."""
        statement = "INSERT INTO retired (name, until) VALUES (:name, :until) ON CONFLICT DO NOTHING"
        with self.database.writing() as connection:
            connection.execute(text("DELETE FROM retired WHERE until < :now"), {"now": now})
            put_all(connection, statement, [{"name": name, "until": until} for name in names])

    def is_retired(self, *names: str) -> bool:
        """Tell whether one of these is over, whichever process said so."""
        asked = {f"name_{number}": name for number, name in enumerate(names)}
        which = ", ".join(f":{number}" for number in asked)
        return self._one(f"SELECT 1 FROM retired WHERE name IN ({which}) LIMIT 1", **asked) is not None  # noqa: S608

    def history(self) -> list[tuple[str, str, str]]:
        """Return what was done to the store: when, what and by whom."""
        query = text("SELECT at, what, who FROM key_history ORDER BY number")
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def tell(self, what: str, who: str) -> None:
        """Write down in the history of the store what somebody did; durable before this returns."""
        with self.database.writing() as connection:
            remember(connection, self.database.now_sql, what, who)

    def homes(self) -> list[tuple[str, str, bool]]:
        """Return the places that hold a key-encryption key, since when, and whether it is the one in force."""
        query = text("SELECT name, at, kek = (SELECT kek FROM key_state) FROM kek_homes ORDER BY name")
        with self.database.reading() as connection:
            return [(name, at, bool(newest)) for name, at, newest in connection.execute(query)]

    def _one(self, query: str, **asked: object) -> Any:
        with self.database.reading() as connection:
            return connection.execute(text(query), asked).scalar_one_or_none()

"""PostgreSQL with two logins: one that owns the tables, and one that everything else is done with."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from events.database import APPLICATION_ROLE
from tests.kit.command_line import Wayhome
from tests.servers.postgres import Postgres

PUBLISHED = ("programme", "publish", "moscow", "--as", "staff:operator")


class Logins:
    """A database of its own, its owner and the login of the application."""

    def __init__(self, server: Postgres, url: str, data: Path) -> None:
        self.server, self.url, self.data = server, url, data
        self.owner, self.service = (f"{kind}_{secrets.token_hex(4)}" for kind in ("owner", "service"))

    def order(self, statement: str, *names: str, login: str = "postgres") -> None:
        """Give an order on the database, as one of the logins."""
        address = make_url(self.address(login)).set(drivername="postgresql").render_as_string()
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def address(self, login: str) -> str:
        return make_url(self.url).set(username=login).render_as_string()

    def wayhome(self, login: str, **more: str) -> Wayhome:
        return Wayhome(self.data, {"WAYHOME_DATABASE_URL": self.address(login), **more})

    def migrated(self) -> str:
        """Have the owner bring the tables up to date, as the operator's guide says."""
        return self.wayhome(self.service, WAYHOME_OWNER_URL=self.address(self.owner)).done("migrate")


@pytest.fixture
def logins(postgres: Postgres, pg_url: str, tmp_path: Path) -> Iterator[Logins]:
    """Both logins made, as the operator's guide says, and no tables yet."""
    made, database = Logins(postgres, pg_url, tmp_path / "data"), make_url(pg_url).database or ""
    made.order(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wayhome_app') "
        "THEN CREATE ROLE wayhome_app NOLOGIN; END IF; END $$"
    )
    made.order("CREATE ROLE {} LOGIN", made.owner)
    made.order("CREATE ROLE {} LOGIN IN ROLE {}", made.service, APPLICATION_ROLE)
    made.order("ALTER DATABASE {} OWNER TO {}", database, made.owner)
    made.order("ALTER SCHEMA public OWNER TO {}", made.owner)
    yield made
    postgres.drop_database(pg_url)
    with postgres.connect("postgres") as server:
        for role in (made.service, made.owner):
            server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_the_owner_makes_the_tables_and_the_application_works_with_a_login_that_owns_none(logins: Logins) -> None:
    assert "they were made" in logins.migrated()
    assert "were up to date" in logins.migrated()
    office = logins.wayhome(logins.service)
    office.done(*PUBLISHED)
    office.done("account", "open", "staff:root", "--role", "administrator")
    case_id = office.json("case", "open", "citizenships=MD", "--as", "staff:anna")["case_id"]
    with pytest.raises(psycopg.errors.RestrictViolation, match="only who has the keys"):  # the gate is set by now
        logins.order("SELECT erase_sealed_parts('P-1', sha256('mine'))", login=logins.service)
    logins.order("DO $$ BEGIN ASSERT NOT set_erasure_gate(sha256('mine')); END $$", login=logins.service)
    assert office.json("case", "list", "--as", "staff:anna")[0]["case_id"] == case_id
    assert "nothing was changed" in office.done("verify", "--rules", "--repair")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'x'",
        "DELETE FROM sealed_parts",
        "TRUNCATE commands",
        "DELETE FROM looks",
        "DELETE FROM streams",
        "UPDATE erasure_gate SET value = ''",
        "TRUNCATE log_head",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "DROP TRIGGER events_never_changes ON events",
        "DROP TABLE events",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
    ],
)
def test_whoever_has_the_applications_login_changes_nothing_that_happened(logins: Logins, statement: str) -> None:
    logins.migrated()
    logins.wayhome(logins.service).done(*PUBLISHED)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        logins.order(statement, login=logins.service)


def test_a_login_that_owns_the_tables_is_refused_until_somebody_says_that_it_is_to_try_things_out(
    logins: Logins,
) -> None:
    logins.migrated()
    told = logins.wayhome(logins.owner).told_off(*PUBLISHED, code=4)
    assert "owns the tables" in told
    assert "a login of its own" in told
    assert "WAYHOME_ALLOW_OWNER=yes" in told
    logins.wayhome(logins.owner, WAYHOME_ALLOW_OWNER="yes").done(*PUBLISHED)
    assert "is yes, or is left out" in logins.wayhome(logins.owner, WAYHOME_ALLOW_OWNER="no").told_off(*PUBLISHED)


@pytest.mark.parametrize(
    "right", ["UPDATE ON events", "DELETE ON sealed_parts", "TRUNCATE ON commands", "DELETE ON looks"]
)
def test_a_login_that_was_given_too_much_is_refused(logins: Logins, right: str) -> None:
    logins.migrated()
    logins.order(f"GRANT {right} TO {{}}", logins.service)
    assert "may change what happened" in logins.wayhome(logins.service).told_off(*PUBLISHED, code=4)


def test_the_administrator_of_the_server_is_no_login_for_the_application(logins: Logins) -> None:
    logins.migrated()
    assert "owns the tables" in logins.wayhome("postgres").told_off(*PUBLISHED, code=4)


def test_tables_that_are_not_there_or_too_old_are_the_owners_to_make(logins: Logins) -> None:
    told = logins.wayhome(logins.service).told_off(*PUBLISHED, code=4)
    assert "not there yet" in told
    assert "wayhome migrate" in told
    logins.migrated()
    logins.order("UPDATE alembic_version SET version_num = '0006'", login=logins.owner)
    assert "at 0006" in logins.wayhome(logins.service).told_off(*PUBLISHED, code=4)


def test_an_installation_with_one_login_gives_its_tables_to_an_owner(logins: Logins, tmp_path: Path) -> None:
    """As the operator's guide says: what the application's login made is given away, and it goes on."""
    database = make_url(logins.url).database or ""
    logins.order("ALTER DATABASE {} OWNER TO {}", database, logins.service)
    logins.order("ALTER SCHEMA public OWNER TO {}", logins.service)
    logins.wayhome(logins.service, WAYHOME_ALLOW_OWNER="yes").done(*PUBLISHED)
    logins.wayhome(logins.service).told_off(*PUBLISHED, code=4)
    logins.order("REASSIGN OWNED BY {} TO {}", logins.service, logins.owner)
    office = logins.wayhome(logins.service)
    office.done("case", "open", "citizenships=MD", "--as", "staff:anna")
    assert len(office.json("case", "list", "--as", "staff:anna")) == 1


def test_an_owners_address_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    told = Wayhome(tmp_path, {"WAYHOME_OWNER_URL": "owner:secret"}).told_off("migrate")
    assert told.startswith("wayhome: WAYHOME_OWNER_URL is not an address")
    assert "secret" not in told

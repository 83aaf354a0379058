"""`wayhome keys …`: where the keys lie, who can open them, and stopping everything at once."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, get_args

import typer
from sqlalchemy import make_url

from console.cli_support import Data, case_number
from console.errors import BadInput, NoData
from console.key_opening import kek_home, new_passphrase, open_keys
from console.key_showing import LIES, advice_on, kind_of, shares_of, shown
from console.printing import say_error
from console.settings import Settings, settings
from console.verbs.settings import masked
from console.verbs.terminal import ActorTerminal, Terminal, verb
from events.key_copies import OLDER_ARE_BLIND
from events.key_homes import HomeKind
from events.key_move import move_keys
from events.key_rotation import FIRST_WRAPPED
from events.key_status import refuse_locked
from events.key_stores import FileKeys, PostgresKeys
from events.stored_keys import StoredKeys
from events.world import SystemEntropy
from handlers.queries.planted import plant

app = typer.Typer(no_args_is_help=True, help="The keys: where they lie, who can open them, and locking them.")
_CHANCE = SystemEntropy()
_KINDS: Final = get_args(HomeKind)
_OLDER = "keys were wrapped for the first time here: whatever copy of the key file is older opens without anything else; destroy those copies"  # noqa: E501


@verb(app, "show")
def show(terminal: Terminal) -> None:
    """Show where keys and key-encryption key lie, whether they are locked, and which places hold an older one.

    Example: wayhome keys show
    """
    here = _there(terminal.data)
    home = kek_home(here, _CHANCE)
    (state, homes, history, copy, trouble), kind, shares = shown(here, _CHANCE), kind_of(home), shares_of(home)
    data = {
        "keys": _place(here), "kek": str(here.kek_path), "kind": kind, "status": state.status or "open",
        "trouble": trouble, "last_backup": copy.at, "backup_is_blind": copy.is_blind,
        "told": state.told, "erasures": sum(what == "erasure" for _, what, _ in history),
        "places": [{"place": name, "since": at, "newest": newest} for name, at, newest in homes],
        "shares": shares, "history": [{"at": at, "what": what, "who": who} for at, what, who in history],
    }  # fmt: skip
    lines = [f"keys: {data['keys']}", f"key-encryption key: {here.kek_path}, {LIES[kind]}"]
    lines += [f"status: {data['status']} {state.told}".rstrip()]
    lines += [f"share: {place}: {stand}" for place, stand in shares.items()]
    lines += [f"place: {name}: {'newest' if newest else 'OLDER'} since {at[:19]}" for name, at, newest in homes]
    lines += [f"{at[:19]} {what} ({who})" for at, what, who in history]
    lines += [f"last backup: {copy.at[:19]}"] if copy.at else []
    lines += [copy.advice] if copy.advice else []
    lines += [f"these keys open nothing from here: {trouble}", advice_on(here, _CHANCE)] if trouble else []
    terminal.lines(data, *lines)
    if any(what == FIRST_WRAPPED for _, what, _ in history):
        say_error(_OLDER)


@verb(app, "lock")
def lock(terminal: ActorTerminal) -> None:
    """Stop at once: within a second no process opens or seals anything or has a key in memory, until `unlock`.

    Example: wayhome keys lock --as staff:anna
    """
    with closing(open_keys(_there(terminal.data), _CHANCE)) as keys:
        keys.lock(_named(terminal))
    terminal.lines({"status": "locked"}, "locked: nothing is opened or recorded until: wayhome keys unlock")


@verb(app, "unlock")
def unlock(terminal: ActorTerminal) -> None:
    """Let keys be handed out again; works only where the key-encryption key is.

    Example: wayhome keys unlock --as staff:boris
    """
    with closing(open_keys(_there(terminal.data), _CHANCE)) as keys:
        stayed = keys.unlock(_named(terminal))
    older = [OLDER_ARE_BLIND] if stayed else []
    terminal.lines({"status": "open"}, "unlocked: keys are handed out again", *older)


@verb(app, "rotate")
def rotate(terminal: ActorTerminal) -> None:
    """Take another key-encryption key, as every erasure does: older copies of the keys open nothing any more.

    Example: wayhome keys rotate --as staff:anna
    """
    with closing(open_keys(_there(terminal.data), _CHANCE)) as keys:
        keys.rotate(_named(terminal))
    terminal.lines({"status": "rotated"}, "every key is wrapped anew", OLDER_ARE_BLIND)


@verb(app, "home")
def home_of_kek(
    terminal: ActorTerminal,
    kind: Annotated[str, typer.Argument(help="file, passphrase or shares.")],
    places: Annotated[list[Path] | None, typer.Argument(help="Of shares: three files, in three places.")] = None,
) -> None:
    """Let the key-encryption key lie in another way, and take a new one, so that the way before opens nothing.

    Example: wayhome keys home shares /media/anna/share.json /media/boris/share.json /media/vera/share.json

    A passphrase is typed, or read from the file WAYHOME_KEK_PASSPHRASE_FILE names. Said again with the same three
    files, it makes a lost share anew and all older shares worthless.
    """
    here, asked = _there(terminal.data), places or []
    if kind not in _KINDS or bool(asked) != (kind == "shares"):
        raise BadInput("say: file, or passphrase, or shares and three files")
    found: HomeKind = kind  # type: ignore[assignment]
    keys = open_keys(here, _CHANCE)  # opens as it lies now, or nothing is changed
    try:
        refuse_locked(keys.state())  # else the key would lie in another way, and be no new one
        home = kek_home(here, _CHANCE)
        home.change(found, places=asked, passphrase=new_passphrase(here) if kind == "passphrase" else "")
        keys.rotate_in(home, _named(terminal))
    finally:
        keys.close()
    terminal.lines({"kind": kind}, f"the key-encryption key lies {LIES[kind]}; it is a new one", OLDER_ARE_BLIND)


@verb(app, "move")
def move(
    terminal: ActorTerminal,
    to: Annotated[str, typer.Option("--to", help="`file`, or postgresql+psycopg://user@host/keys.")],
) -> None:
    """Move every key to a database of its own, or back to the file; compares each, then empties the old place.

    Example: wayhome keys move --to postgresql+psycopg://wayhome_keys@db2/keys

    Nobody is handed a key meanwhile. Say afterwards in settings.toml of every host where the keys are.
    """
    here = _there(terminal.data)
    leaving, arriving = _ends(here, to)
    source = open_keys(leaving, _CHANCE)
    try:
        target = _target(arriving, source)
        try:
            moved = move_keys(
                source, target, origin=_place_in_words(leaving), to=_place_in_words(arriving), who=_named(terminal)
            )
        finally:
            target.close()
    finally:
        source.close()
    done = "keys stayed, for the move from there had not arrived" if moved.stayed else "keys moved and compared"
    line = "leave keys_url out of settings.toml" if to == "file" else f'keys_url = "{masked(to)}"'
    terminal.lines(moved._asdict(), f"{moved.keys} {done}; now say on every host: {line}", OLDER_ARE_BLIND)


@verb(app, "forget-place")
def forget_place(
    terminal: ActorTerminal, place: Annotated[str, typer.Argument(help="As `wayhome keys show` names it.")]
) -> None:
    """Wait no longer for a place that holds an older key-encryption key; destroy that key by hand first.

    Example: wayhome keys forget-place host2:/srv/wayhome/kek/kek.json --as staff:anna
    """
    with closing(open_keys(_there(terminal.data), _CHANCE)) as keys:
        known = keys.forget_home(place, _named(terminal))
    if not known:
        raise BadInput("there is no such place; see: wayhome keys show")
    terminal.lines({"forgotten": place}, f"{place} is not waited for any more")


@verb(app, "plant")
def plant_case(
    terminal: ActorTerminal,
    *,
    no_longer: Annotated[bool, typer.Option("--no-longer", help="Let it be a case like any other again.")] = False,
) -> None:
    """Let a made-up case alarm as soon as anybody looks at it; asks which, and keeps that beside the keys, hashed.

    Example: wayhome keys plant --as staff:zoya
    """
    with closing(open_keys(_there(terminal.data), _CHANCE)) as keys:
        case = str(typer.prompt("Which case", err=True))  # no argument: others see what is typed after a verb
        plant(keys, case_number(case), is_planted=not no_longer, who=_named(terminal))
    said = "alarms no longer" if no_longer else "whoever looks at it is stopped, and the officer is written to"
    terminal.lines({"planted": not no_longer}, said)


def _there(data: Data) -> Settings:
    """Return the settings of an office whose keys are somewhere; raises NoData."""
    here = settings(data)
    if here.keys_url is None and not here.key_file.exists():
        raise NoData(f"there is no {here.key_file}; name the data folder with --data")
    return here


def _ends(here: Settings, to: str) -> tuple[Settings, Settings]:
    """Return from where to where keys move; settings.toml may name the database before they are there, or still."""
    in_file = replace(here, keys_url=None)
    if to == "file":
        if here.keys_url is None:
            raise BadInput(
                "the keys are in the file already; a move from a database is said, or said again, with "
                "WAYHOME_KEYS_URL naming that database"
            )
        return here, in_file
    in_database = replace(here, keys_url=_checked(here, to).keys_url)
    if here.keys_url is not None and _database(here.keys_url) != _database(to):
        raise BadInput("keys move from one database to another by way of the file: wayhome keys move --to file")
    if not here.key_file.exists():
        raise BadInput(f"the keys are there already: there is no {here.key_file} to move them from")
    return in_file, in_database


def _checked(here: Settings, to: str) -> Settings:
    environment = {"WAYHOME_DATA": str(here.data), "WAYHOME_KEYS_URL": to}
    environment["WAYHOME_DATABASE_URL"] = here.database_url or ""
    return settings(None, environment)


def _database(url: str) -> tuple[object, ...]:
    found = make_url(url)
    return found.host, found.port, found.database, tuple(sorted(found.query.items()))


def _target(found: Settings, source: StoredKeys) -> StoredKeys:
    store = source.state().store
    if found.keys_url is not None:
        return PostgresKeys(found.keys_url, _CHANCE, kek_home(found, _CHANCE), store=store)
    found.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileKeys(found.key_file, _CHANCE, kek_home(found, _CHANCE), store=store)


def _place(here: Settings) -> str:
    return masked(make_url(here.keys_url).render_as_string()) if here.keys_url else str(here.key_file)


def _place_in_words(here: Settings) -> str:
    return _place(here) if here.keys_url else "the file in the data folder"


def _named(terminal: ActorTerminal) -> str:
    """Return who says so, by the name that was typed: locked keys let nobody sign in."""
    return str(vars(terminal)["actor"])

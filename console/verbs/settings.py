"""`wayhome settings`: what is in force here, and who says so."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from console.settings import IN_FILE, Settings, settings, variable
from console.verbs.terminal import Terminal, verb

_USUAL = {
    "data": "./wayhome-data",
    "database_url": "SQLite in the data folder",
    "keys_url": "a file in the data folder",
    "kek_file": "kek/kek.json in the data folder",
    "kek_passphrase_file": "it is asked for, where one is set",
    "redis_url": "the queue is inside the process",
    "cases_per_proof": "40 cases, then a fresh second factor",
    "cases_per_hour": "120 cases, then somebody looks into it",
    "files_url": "files, sealed, in the data folder",
    "smtp_url": "letters are files in the data folder",
    "console_url": "mail to those who work here has no link",
    "seal_key": "keys/log-signing.key in the data folder",
    "allow_owner": "the login of the database may own no tables",
}


@verb()
def show_settings(terminal: Terminal) -> None:
    """Show the settings in force and where each comes from: the environment, the data folder's file, or as usual.

    Example: wayhome settings --data wayhome-data
    """
    found = settings(terminal.data)
    rows = [_row("data", str(found.data.resolve()), found)]
    rows += [_row(name, masked(getattr(found, name) or ""), found) for name in IN_FILE]
    shown = [(row["name"], row["value"] or _USUAL[row["name"]], row["from"] or "as usual") for row in rows]
    terminal.table(rows, "Settings in force", ("setting", "value", "from"), shown)


def _row(name: str, value: str, found: Settings) -> dict[str, str]:
    return {"name": name, "variable": variable(name), "value": value, "from": found.said_by.get(name, "")}


def masked(url: str) -> str:
    """Return an address without its secrets.

    >>> masked("smtp://office:secret@mail:587?starttls=1"), masked("postgresql://db/x?password=secret&user=w")
    ('smtp://office:***@mail:587?starttls=1', 'postgresql://db/x?password=***&user=w')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "***"
    place = parts.netloc
    if "@" in place:
        who, _, host = place.rpartition("@")
        place = f"{who.partition(':')[0]}:***@{host}" if ":" in who else place
    asked = [(name, "***" if "pass" in name.lower() else value) for name, value in parse_qsl(parts.query)]
    return urlunsplit(parts._replace(netloc=place, query=urlencode(asked, safe="*/:")))

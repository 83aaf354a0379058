"""How whoever did something is called on a page: a name to be read, its account beside it in small.

People are called as they chose to be. Where nobody chose, the account says it: `staff:anna` is Anna. Who is of another
organisation is always called with its name behind, so that no name makes them one of the office's. Drivers, escorts and
hosts are called as the directory has them.
"""

from markupsafe import Markup

from console.words.translation import Words
from workflow.programme.programme import Programme
from workflow.rights.visibility import MACHINES
from workflow.values.shown_names import made_name


def called(account: str, words: Words, programme: Programme | None = None) -> str:
    """Return how somebody is called; what is no account and no entry of the directory stays as it is.

    >>> called("staff:anna.petrova", Words("en")), called("newstart:olga", Words("en")), called("worker:3", Words("ru"))
    ('Anna Petrova', 'Olga (newstart)', 'Wayhome, автоматически')
    """
    word, colon, _ = account.partition(":")
    if not colon:
        return _listed(account, programme) or account
    if word in MACHINES:
        return words.gettext("Wayhome itself")
    name = words.names.of(account) or made_name(account)
    return name if word == "staff" else f"{name} ({organisation(word, programme)})"


def person(account: str, words: Words, programme: Programme | None = None) -> Markup:
    """Return the same for a page, with the account as a tooltip where it is another word."""
    name = called(account, words, programme)
    return Markup('<span title="{}">{}</span>').format(account, name) if name != account else Markup("{}").format(name)


def _listed(entry: str, programme: Programme | None) -> str:
    """Return the name of a driver, an escort or a host, "" for who is none."""
    if programme is None:
        return ""
    p = programme
    found = p.meeter_of.get(entry) or p.escort_of.get(entry) or p.host_of.get(entry) or p.provider_of.get(entry)
    return str(getattr(found, "name", "") or "")


def organisation(word: str, programme: Programme | None) -> str:
    """Return the name of the organisation whose people sign in with a word; the word where nobody has one."""
    providers = programme.providers if programme else ()
    return next((one.name for one in providers if one.staff == word), word)

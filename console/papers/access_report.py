"""Who opened which part of a file, when and why: a paper for the person it is about, or for their lawyer.

Those who work here are named by what they are and by a number that stays the same throughout the paper, not by name: a
person may be made to hand the paper on. The office knows whom each number means; with ``named`` the paper says so.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from console.words.translation import Words
from events.instants import instant
from handlers.queries.access_log import AccessRecord
from workflow.programme.programme import Programme
from workflow.rights.visibility import is_machine

_ROLES_SAID: Final = 3


def access_report(
    case_id: str,
    reads: Sequence[AccessRecord],
    roles: Mapping[str, Sequence[str]],
    programme: Programme,
    words: Words,
    *,
    named: bool = False,
) -> str:
    """Return the paper; ``roles`` are what each account is today."""
    who = _names(reads, roles, words, named=named)
    found = [words.gettext("WHO READ YOUR FILE"), ""]
    entries = words.gettext("Entries")
    found += [f"{words.gettext('Case')}: {case_id}", f"{entries}: {len(reads)}", ""]
    found += [_line(read, who, programme, words) for read in reads]
    found += [] if reads else [words.gettext("Nobody has looked at this file.")]
    found += ["", words.gettext("Nobody here is shown what is closed in your file without being on this list first.")]
    found += [words.gettext("What the program itself used, for example to pay you, is not on it.")]
    found += [words.gettext("You may ask the office whom each number means, and why they looked.")]
    return "\n".join(found) + "\n"


def _names(
    reads: Sequence[AccessRecord], roles: Mapping[str, Sequence[str]], words: Words, *, named: bool
) -> Mapping[str, str]:
    """Return what each of those who read is called, numbered in the order in which they first did."""
    found: dict[str, str] = {}
    for read in reads:
        if read.account not in found:
            found[read.account] = read.account if named else _called(read, len(found) + 1, roles, words)
    return found


def _called(read: AccessRecord, number: int, roles: Mapping[str, Sequence[str]], words: Words) -> str:
    if read.what == "disclosed":
        return words.gettext("Partner {name}").format(name=read.account)
    if is_machine(read.account):
        return words.gettext("The program itself")
    their = roles.get(read.account, ()) or ([read.mandate] if read.mandate else [])
    said = ", ".join(words.label("mandate", role) for role in their[:_ROLES_SAID])
    name = words.gettext("Employee {number}").format(number=number)
    return f"{name} ({said})" if said else name


def _line(read: AccessRecord, who: Mapping[str, str], programme: Programme, words: Words) -> str:
    at = words.moment(instant(read.at), programme.time_zone)
    parts = ", ".join(_part(read, part, words) for part in read.parts)
    what = f"{_what(read, words)} {parts}".rstrip()
    why = words.label("choice", f"reason.{read.why}") if read.what == "glass" else read.why
    reason = " " + words.gettext("Why: {why}").format(why=why) if why else ""
    return f"  {at}  {who[read.account]}: {what}.{reason}"


def _what(read: AccessRecord, words: Words) -> str:
    said = {
        "page": words.gettext("looked at"), "listed": words.gettext("saw on a list:"),
        "opened": words.gettext("opened"), "denied": words.gettext("asked to open, and was refused"),
        "disclosed": words.gettext("was told"), "glass": words.gettext("opened in an emergency"),
        "too_many_files": words.gettext("was stopped: too many cases"),
    }  # fmt: skip
    return said[read.what]


def _part(read: AccessRecord, part: str, words: Words) -> str:
    if read.what in ("opened", "denied"):
        return words.label("compartment", part)
    if read.what == "disclosed":
        return words.label("part", part)
    return words.looked_at(part)

"""The `wayhome` command: one verb for each thing people and scripts may want.

Exit codes: 0 done, 1 refused by a rule, 2 bad input, 3 somebody was quicker, 4 data or server not available,
5 the history has faults.
"""

import gc
import logging
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

_USAGE_ERROR: Final[Any] = typer.BadParameter.__bases__[0]  # what the parser raises; typer gives it no public name


class Verb(NamedTuple):
    """Where a verb or a group of verbs is, and the line of help that is known before it is imported."""

    module: str
    name: str
    help: str


# Only the verb that is typed is imported; a test holds these lines against the modules.
VERBS: Final[Mapping[str, Verb]] = {
    "demo": Verb("demo", "demo", "Run the Moscow programme through a simulated year with made-up people, show what came"
                 " of it, and serve it."),
    "next": Verb("cases", "next_steps", "Tell what may happen next to a person, and what blocks the rest."),
    "sign-in": Verb("sign_in", "sign_in", "Sign in for ten minutes, so that what you type is your own act; asks for"
                    " password and code."),
    "sign-out": Verb("sign_in", "sign_out", "Sign out at this command line."),
    "mine": Verb("mine", "mine", "List who is in danger, what is asked of you, and what is due today and within a"
                 " week."),
    "waiting": Verb("cases", "waiting", "List what waits for a person, on any case, oldest first."),
    "serve": Verb("serve", "serve", "Serve the console until stopped with Ctrl-C; without Redis this process does the"
                  " tasks too."),
    "work": Verb("work", "work", "Do tasks until stopped with Ctrl-C; with Redis run as many of them as you like."),
    "ledger": Verb("grants", "ledger", "Print the double-entry journal of a programme's money, or its trial balance."),
    "replay": Verb("history", "replay", "Fold the history again, by what had happened and by what was known, without"
                   " any effect."),
    "diff": Verb("history", "diff", "Tell what is different between two moments: of a case, or which cases stand"
                 " elsewhere."),
    "verify": Verb("history", "verify_log", "Check that nothing in the history was changed, left out or added; exit"
                   " code 5 when something was."),
    "fsck": Verb("fsck", "fsck", "Compare log, order, tables, tasks, timers, beds and money; exit code 5 when something"
                 " is left that is wrong."),
    "beds": Verb("accommodation", "beds", "Show the beds of a house: case numbers, holds and their ends, and the"
                 " waiting list in its order."),
    "arrivals": Verb("travel", "arrivals", "List who is to be met in the next days, and who was missed, first those who"
                     " come first."),
    "departures": Verb("travel", "departures", "List who is to leave in the next days, and who missed it, with what is"
                       " not certain yet."),
    "escorts": Verb("travel", "escorts", "List the escorts with skills, languages and leave, and the trips from which"
                    " they are not back."),
    "courses": Verb("reintegration", "courses", "List the courses with their seats: taken, offered and free, and how"
                    " many people wait."),
    "import": Verb("imports", "app", "Bring in records from elsewhere."),
    "case": Verb("cases", "app", "Open cases, look at them, move them on."),
    "group": Verb("groups", "app", "Families and groups: who belongs together, and doing things for them."),
    "tasks": Verb("work", "tasks", "Tasks: what runs, what is stuck, and what to do about it."),
    "timers": Verb("work", "timers", "Timers: what will be due when."),
    "payments": Verb("work", "payments", "Payments: the bank's answers."),
    "referral": Verb("referrals", "referral", "Referrals: what a provider may be shown of a person."),
    "directory": Verb("referrals", "directory", "The directory: who helps with what, in which language, where."),
    "programme": Verb("programmes", "app", "Programme files: the journey, the guards and the money as data."),
    "report": Verb("reports", "app", "Reports: counts that may be handed out."),
    "migrate": Verb("migrate", "migrate_tables", "Make the tables, or bring them up to date, with the login of"
                    " WAYHOME_OWNER_URL; repeating it changes nothing."),
    "backup": Verb("backup", "backup", "Copy the log, then its keys, while everything runs, and see that each name in"
                   " the one has its key in the other."),
    "erasure": Verb("erasure", "app", "Erasing people: the certificate of it, and checking one."),
    "access": Verb("erasure", "reports", "Who read what of a file, for the person it is about."),
    "files": Verb("files", "app", "The store of attached files."),
    "move": Verb("move", "move", "Move the log to another database, everything beside it too, and leave nothing behind"
                 " that could go on."),
    "restore": Verb("restore", "app", "Copies put back in place, and what an older one does not know."),
    "seal": Verb("seal", "seal", "Sign the log as it stands and ask the witnesses of witnesses.policy; exit code 4"
                 " while too few have signed."),
    "witness": Verb("witness", "witness", "Sign the checkpoints of a log as long as each goes on from the last one,"
                    " until stopped with Ctrl-C."),
    "audit": Verb("audit", "app", "For auditors: a case and its proof in one file, and its check."),
    "drill": Verb("drill", "app", "Drills on made-up data of their own: what is promised, tried on a bad day and"
                  " counted."),
    "keys": Verb("keys", "app", "The keys: where they lie, who can open them, and locking them."),
    "settings": Verb("settings", "show_settings", "Show the settings in force and where each comes from: the"
                     " environment, the data folder's file, or as usual."),
    "clock": Verb("clock", "app", "The clock: whether it can be believed."),
    "closing": Verb("closing", "app", "Houses and programmes that close, and the people there."),
    "hotline": Verb("hotline", "app", "The anonymous hotline and the consultation centres."),
    "office": Verb("office", "app", "What is done about a programme's office itself, not for one case."),
    "officers": Verb("officers", "app", "What two officers decide about the house: accounts, roles, programme files."),
    "account": Verb("accounts", "app", "Who may sign in to the console, and as what."),
    "mail": Verb("my_mail", "app", "Where you are told in the morning what waits for you."),
}  # fmt: skip


class Verbs(TyperGroup):
    """The verbs by their names and first lines; one is imported when it is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, verb in VERBS.items():
            self.add_command(TyperCommand(name, help=verb.help))

    def invoke(self, ctx: Any) -> Any:
        """Carry a verb out; what is wrong with how it was typed is said without repeating what was typed."""
        try:
            return super().invoke(ctx)
        except _USAGE_ERROR as problem:
            problem.message = unrepeated(problem.message)
            raise

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the verb itself, for whatever is to be done with it: carried out, explained, completed."""
        if args and args[0] in VERBS:
            self.add_command(verb_named(args[0]))
            _collect_from_here()
        return super().resolve_command(ctx, args)


def unrepeated(message: str) -> str:
    """Return what the parser says, without a word that was typed: it may be a name in the wrong place.

    >>> unrepeated("Got unexpected extra arguments (Maria Ivanova)"), unrepeated("'Maria' is not a valid integer.")
    ('Got unexpected extra arguments', 'that is not a valid integer.')
    """
    return re.sub(r"^'.*' is not ", "that is not ", re.sub(r" \(.*\)$", "", message, flags=re.DOTALL), flags=re.DOTALL)


def verb_named(name: str) -> Any:
    """Return a verb, or a group of them, with its options; imports what it needs."""
    place, holder = VERBS[name], typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    found = getattr(import_module(f"console.verbs.{place.module}"), place.name)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    return get_group(holder).commands[name]


app = typer.Typer(
    name="wayhome",
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a trace with local values could show a person's name
    help="Wayhome: the way home of people who were trafficked, as a history nobody can rewrite.",
)


@app.callback()
def _wayhome() -> None:
    """Make a group of an app that has no verbs of its own yet."""


def _collect_from_here() -> None:
    """Look for garbage again if `main` had put that off, in nothing that is there by now."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def main() -> None:
    """Run the command line."""
    gc.disable()  # until the verb is imported: what modules hold is never garbage, and there is much of it
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app(prog_name="wayhome")

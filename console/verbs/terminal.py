"""What the verbs of the command line share: options everybody knows, the container, and answers in two forms.

A verb names as its first parameter the terminal it works at; that decides which of the shared options it has.
"""

import inspect
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import date, datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, ClassVar, Concatenate, Final, NoReturn, ParamSpec, TypeVar, get_type_hints
from uuid import UUID

import typer
from sqlalchemy import Connection

from console.accounts.sessions import Session
from console.cli_support import (
    ACTOR_DEFAULT,
    Actor,
    AsJson,
    CommandId,
    Data,
    Expected,
    case_number,
    office,
    plainly,
    tell,
    tell_refused,
)
from console.container import Container
from console.errors import BadInput, NotShown
from console.printing import print_json, print_rows, say, say_error
from console.verbs.recorded_output import NUMBER, recorded_output
from console.views.one_breath import submit_with
from console.views.stopping import tell_of_stop
from events.instants import instant, instant_text
from handlers.commanding.answers import Answer
from handlers.projections.board import programmes_with_cases
from handlers.queries.history import published_names
from handlers.queries.record_view import Viewer, is_stopped, record_listed, record_view
from workflow.command import CaseCommand, Command
from workflow.programme.loading import Definition
from workflow.programme.programme import Programme
from workflow.reasons import Refused, refused
from workflow.refusals import CASE_EXISTS, PROOF_IS_FRESH, TOO_MANY_FILES
from workflow.rights.acts import OPERATOR
from workflow.rights.case_references import as_if_not_there, named_cases
from workflow.rights.table import Account
from workflow.rights.visibility import speaks_for

Params = ParamSpec("Params")
Kind = TypeVar("Kind", bound=Command)
AnyTerminal = TypeVar("AnyTerminal", bound="BareTerminal")
Found = TypeVar("Found")
Option = tuple[str, Any, Any]
_USUAL: Final = "case_manager"  # the right people act by, unless they say by which
DATA, JSON, ACTOR = ("data", Data, None), ("as_json", AsJson, False), ("actor", Actor, ACTOR_DEFAULT)
COMMAND_ID, EXPECTED = ("command_id", CommandId, None), ("expected", Expected, None)


class BareTerminal:
    """Where a verb is typed, and whether its answer is for a person or for a script."""

    options: ClassVar[tuple[Option, ...]] = (JSON,)
    as_json: bool

    def __init__(self, stack: ExitStack, given: dict[str, Any], page: str, *, create: bool, ring: bool) -> None:
        """Keep what was typed, and what the access log calls the verb; nothing is opened yet."""
        vars(self).update(given)
        self.page = page
        self._stack, self._create, self._ring = stack, create, ring

    def recording(self) -> AbstractContextManager[None]:
        """Have nothing recorded: a terminal without data shows nothing of any case."""
        return nullcontext()

    def show(self, data: object, for_people: Callable[[], object]) -> None:
        """Print something as JSON, or else as people read it."""
        if self.as_json:
            print_json(data)
        else:
            for_people()

    def table(self, data: object, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print something as JSON, or else its rows as a table."""
        self.show(data, lambda: print_rows(title, columns, rows))

    def lines(self, data: object, *lines: str) -> None:
        """Print something as JSON, or else these lines."""
        self.show(data, lambda: say("\n".join(lines)))


class Terminal(BareTerminal):
    """A terminal at which the data of an office are looked at."""

    options: ClassVar[tuple[Option, ...]] = (DATA, JSON)
    data: Path | None

    @cached_property
    def container(self) -> Container:
        """Return the office's parts, opened when first asked for and closed when the verb ends."""
        return self._stack.enter_context(office(self.data, create=self._create, ring=self._ring))

    @property
    def now(self) -> datetime:
        """Return the moment by the log's clock, in UTC."""
        return instant(self.container.log.now())

    def read(
        self, query: Callable[Concatenate[Connection, Params], Found], /, *on: Params.args, **by: Params.kwargs
    ) -> Found:
        """Return what a query of the read models finds, in a transaction of its own."""
        with self.container.database.reading() as connection:
            return query(connection, *on, **by)

    def definition(self, programme: str) -> Definition:
        """Return a programme's definition in force; raises BadInput for a programme nobody published."""
        found = self.container.service.definitions.current(programme)
        if found is None:
            raise BadInput("there is no such programme here; publish it first: wayhome programme publish")
        return found

    @cached_property
    def programmes(self) -> dict[str, Programme]:
        """Return every programme that was published here, as it is now in force."""
        return {name: self.definition(name).programme for name in self.read(published_names)}

    def day(self, programme: str, stored: str) -> date:
        """Return the programme's day of an instant as it is stored."""
        return self.programmes[programme].day(instant(stored))

    def zone_of(self, house: str) -> str:
        """Return whose clocks a house goes by; of one that no programme file names any more, UTC's."""
        found = (one.facility_of[house].time_zone for one in self.programmes.values() if house in one.facility_of)
        return next(found, "UTC")

    def tell(self, answer: Answer) -> None:
        """Print the answer to a command and end with its exit code."""
        tell(answer, self.container.log, as_json=self.as_json)

    @cached_property
    def session(self) -> Session | None:
        """Return the session of who has signed in at this command line, if somebody has."""
        if not self.container.settings.sign_in_file.exists():
            return None
        from console.accounts.command_line import session_here

        return session_here(self.container)

    @property
    def signed_in(self) -> str:
        """Return who has signed in at this command line and still is, or nothing."""
        return self.session.account if self.session else ""

    @property
    def who(self) -> str:
        """Return who looks: whoever has signed in, else whoever is assumed to type here."""
        return self.signed_in or os.environ.get("WAYHOME_ACTOR") or ACTOR_DEFAULT

    @property
    def viewer(self) -> Viewer:
        """Return who looks, for the access log: whoever signed in, else the operator by a name that was only typed.

        What the operator looks at counts against nobody who was merely named.
        """
        if not self.session:
            return Viewer(f"operator:{self.who.replace(':', '.')}", "command line")
        proved = self.session.strong_at
        return Viewer(self.who, "command line", instant_text(proved) if proved else "")

    def table(self, data: object, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print something as JSON, or else its rows as a table; a narrow one crops numbers, and tells of them still."""
        listed = list(rows)
        if named := set(NUMBER.findall(" ".join(str(cell) for row in listed for cell in row))):
            self.sees(named)
        super().table(data, title, columns, listed)

    def looks_at(self, case_id: str) -> None:
        """Record that this person looks at a case before it is printed; raises NotShown when they may not."""
        limits = self.container.settings.view_limits
        sight = record_view(
            self.container.database, self.container.keys, case_id, self.viewer, self.page, self.now, limits
        )
        if sight != "shown":
            raise NotShown(sight)

    def sees(self, case_ids: Collection[str]) -> None:
        """Record which cases are about to be printed; raises NotShown when none are shown to this person any more."""
        if "container" not in vars(self):
            return  # an example in a help text, or what was typed: no data were looked at
        sight = record_listed(self.container.database, case_ids, self.viewer, self.page, self.now)
        if sight != "shown":
            raise NotShown(sight)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Have whatever is printed meanwhile recorded before; ends the verb when something may not be shown."""
        try:
            with recorded_output(self.sees):
                yield
        except NotShown as problem:
            self._refuse(problem.sight)

    def _refuse(self, sight: str) -> NoReturn:
        limits = self.container.settings.view_limits
        if sight == "prove":
            tell_refused(refused(PROOF_IS_FRESH(count=limits.cases_per_proof)), as_json=self.as_json)
        tell_of_stop(self.container, self.viewer.account)
        tell_refused(refused(TOO_MANY_FILES(count=limits.cases_per_hour)), as_json=self.as_json)

    def say_cut(self, shown: int, total: int, more: str) -> None:
        """Say on standard error, so that what is printed stays one document, when a list goes on."""
        if shown < total:
            say_error(f"{shown} of {total} are listed; for more add {more}")


class ActorTerminal(Terminal):
    """A terminal that somebody types at by name."""

    options: ClassVar[tuple[Option, ...]] = (DATA, ACTOR, JSON)
    command_id: UUID | None = None  # of the command, for those verbs that take it

    @property
    def actor(self) -> str:
        """Return whose act it is: theirs who signed in, else theirs whom the operator names."""
        named = str(vars(self)["actor"])
        if self.signed_in and named not in (self.signed_in, ACTOR_DEFAULT):
            raise BadInput(f"you are signed in as {self.signed_in}; sign out first: wayhome sign-out")
        return self.signed_in or named

    @property
    def who(self) -> str:
        """Return who looks: whoever acts."""
        return self.actor

    def visible(self, rows: Iterable[Any]) -> list[Any]:
        """Return the rows of the cases this person may see."""
        listed = list(rows)
        others = {row["case_id"] for row in listed if not speaks_for(self.actor, row["office"])}
        hidden = others - self.container.cases.seen_by(self.actor, others)  # only these histories are read
        return [row for row in listed if row["case_id"] not in hidden]

    def made(self, kind: type[Kind], /, **fields: Any) -> Kind:
        """Return a command of this person; raises ValidationError for fields that do not go."""
        sender = {"command_id": self.command_id or self.container.chance.uuid(), "actor": self.actor}
        from workflow.decide import needs_people
        from workflow.decide_office import needs_officers

        if not self.signed_in and (
            needs_people(kind) or needs_officers(kind) or fields.get("mandate", _USUAL) == _USUAL
        ):
            fields["mandate"] = OPERATOR  # a name was typed, and nobody knows by whom
        return kind.model_validate(sender | fields)

    def sender(self, mandate: str = _USUAL) -> dict[str, str]:
        """Return who gives a command, and by which right: a name that was only typed gives it as operator."""
        return {"actor": self.actor, "mandate": mandate if self.signed_in or mandate != _USUAL else OPERATOR}

    def overseer(self) -> Account:
        """Return as whom somebody looks over many cases: whoever has the data in hand sees what supervisors see."""
        return Account(self.actor, frozenset({"supervisor"}), frozenset(self.read(programmes_with_cases)))

    def not_stopped(self) -> None:
        """Raise NotShown for who is stopped: nothing is done for them any more."""
        if any(is_stopped(self.container.database, name) for name in {self.actor, self.viewer.account}):
            raise NotShown("stopped")

    def submit(self, kind: type[Command], /, **fields: Any) -> Answer:
        """Carry a command out and return its answer."""
        return self.carry_out(self.made(kind, **fields))

    def carry_out(self, command: Command) -> Answer:
        """Carry out a command that is made; raises NotShown for who is stopped: nothing is done for them any more.

        What a rule says against it tells of the case, so it is recorded like everything else that is told.
        """
        self.not_stopped()
        named = named_cases(command)
        seen = self.container.cases.seen_by(self.actor, named) if named else frozenset()
        if not named - seen:
            self.asks_first(command)
        answer = submit_with(self.container.service, as_if_not_there(command, named - seen))
        hidden = isinstance(answer, Refused) and CASE_EXISTS.key in answer.codes  # to them it is not there
        if isinstance(command, CaseCommand) and not hidden:
            self.sees([command.case_id])
        return answer

    def asks_first(self, command: Command) -> None:
        """Ask before what cannot be undone; most verbs give nothing of the kind."""

    def give(self, kind: type[Command], /, **fields: Any) -> None:
        """Carry a command out and print its answer."""
        self.tell(self.submit(kind, **fields))


class CommandTerminal(ActorTerminal):
    """A terminal at which a command is given that may be repeated by its id."""

    options: ClassVar[tuple[Option, ...]] = (DATA, ACTOR, COMMAND_ID, JSON)


class CaseTerminal(CommandTerminal):
    """A terminal at which a command about a case is given, to a version of it if one was named."""

    options: ClassVar[tuple[Option, ...]] = (DATA, ACTOR, EXPECTED, COMMAND_ID, JSON)
    expected: int | None

    def give_about(self, case: str, kind: type[Command], /, **fields: Any) -> None:
        """Carry a command about a case out and print its answer."""
        self.give(kind, case_id=case_number(case), expected=self.expected, **fields)


def verb(
    app: typer.Typer | None = None, name: str = "", *, create: bool = False, ring: bool = False, epilog: str = ""
) -> Callable[[Callable[Concatenate[AnyTerminal, Params], None]], Callable[..., None]]:
    """Make a function a verb: it gets its terminal, the command line gets the terminal's options.

    With ``create`` missing data are made, with ``ring`` workers are told of new tasks.
    """

    def made(function: Callable[Concatenate[AnyTerminal, Params], None]) -> Callable[..., None]:
        hints = get_type_hints(function, include_extras=True)
        first, *own = inspect.signature(function).parameters.values()
        kind: type[AnyTerminal] = hints[first.name]
        page = f"wayhome {function.__module__.rpartition('.')[2]}.{function.__name__}"

        @wraps(function)
        def run(**given: Any) -> None:
            shared = {option: given.pop(option) for option, _, _ in kind.options}
            with plainly(), ExitStack() as stack:
                terminal = kind(stack, shared, page, create=create, ring=ring)
                with terminal.recording():
                    function(terminal, **given)  # type: ignore[call-arg]

        typed = [one.replace(annotation=hints[one.name], kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
        typed += [
            inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for option, annotation, default in kind.options
        ]
        run.__signature__ = inspect.Signature(typed)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in typed}
        if app is not None:
            app.command(name, epilog=epilog or None)(run)
        return run

    return made

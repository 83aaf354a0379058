"""The command line tells nothing of a case before it is recorded who sees it: every verb there is, asked in turn.

The verbs are found in the program itself, and each is typed as the example of its own help says.
"""

import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from typer.testing import CliRunner

from console.cli import VERBS, app, verb_named
from console.verbs.terminal import Terminal, verb
from console.words.labels import is_worded
from tests.kit.command_line import AS_ANNA, AS_BORIS, Wayhome
from tests.kit.people import ANNA

_EXAMPLE: Final = re.compile(r"Example: (?:[A-Z_]+=\S+ )?wayhome (.+)")
_NUMBER: Final = re.compile(r"7K3P9-QXM2D")
# Of people it made up itself; and what runs until it is stopped, and says what it has done in numbers.
_NOT_ASKED: Final = {"demo", "drill", "serve", "work"}
# What is typed when a verb asks.
_ASKED: Final = {"case find": "Ionescu\n\n\n", "case break-glass": "She was taken to hospital.\n", "sign-in": "no\n0\n"}
# An example names what is in no office; here it is asked of what is.
_INSTEAD: Final = {
    "tasks list --status dead": "tasks list",
    "waiting --kind approve_grant": "waiting",
    "case list --stage documents": "case list",
    "beds moscow-centre --at 2007-03-05T12:00+03:00": "beds",
    "arrivals --days 7": "arrivals --days 366",
    "departures --days 7 --json": "departures --days 366 --json",
    "referral disclose 7K3P9-QXM2D R-7K3P9QXM2D7K3P9Q --why 'first meeting'": "referral list 7K3P9-QXM2D",
}


@pytest.fixture(scope="module")
def office(demo: Wayhome) -> Wayhome:
    """An office with people in it, in which nobody has looked at anything."""
    return demo


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some examples write a file


def test_no_verb_tells_of_a_case_before_it_is_recorded_who_sees_it(office: Wayhome) -> None:
    cases, telling, pages = _cases(office), set[str](), set[str]()
    for words in _verbs():
        for form in ((), ("--json",)):
            _forget(office)
            output = _typed(office, words, form, cases)
            told = {case for case in cases if case in output}
            if _NUMBER.search(_INSTEAD.get(words, words)) and output:
                told.add(cases[0])  # what a rule says against it tells of the case too, without its number
            recorded = {case_id for _, case_id in _looks(office)}
            assert told <= recorded, f"{words}: told of {sorted(told - recorded)} and recorded nothing"
            telling |= {words} if told else set()
            pages |= _pages(office)
    assert len(telling) > 20, f"hardly any verb told anything: {sorted(telling)}"
    assert [page for page in sorted(pages) if not is_worded("page", page)] == [], "the paper for the person names it"


def test_no_verb_tells_of_a_case_where_it_cannot_be_recorded(office: Wayhome, tmp_path: Path) -> None:
    blind = office.copied_to(tmp_path / "blind")
    cases, ended = _cases(blind), list[int]()
    with _opened(blind) as file:
        file.execute("ALTER TABLE looks RENAME TO looks_elsewhere")
    for words in _verbs():
        output = _typed(blind, words, (), cases)
        told = {case for case in cases if case in output} - set(shlex.split(words))
        assert not told, f"{words}: told of {sorted(told)}"
    assert ended == []


def test_a_verb_that_prints_past_the_record_is_caught(office: Wayhome) -> None:
    rogue, (case, *_) = typer.Typer(), _cases(office)

    @verb(rogue, "rogue")
    def _rogue(terminal: Terminal) -> None:
        """Print what nobody asked to be recorded.

        Example: wayhome rogue
        """
        terminal.container.log.size()
        terminal.lines({}, f"somebody arrives, case {case}")

    _forget(office)
    result = CliRunner().invoke(rogue, [], env={"WAYHOME_DATA": str(office.data)}, prog_name="wayhome rogue")
    assert case in result.stdout
    assert [case_id for _, case_id in _looks(office)] == [case], "the terminal records it, whoever forgets to"


def test_the_line_has_the_same_limit_and_stops_the_same_account(rehearsal: Path, tmp_path: Path) -> None:
    here = Wayhome(rehearsal).copied_to(tmp_path / "stopped")
    here = Wayhome(here.data, {"WAYHOME_CASES_PER_PROOF": "3", "WAYHOME_CASES_PER_HOUR": "5"})
    cases = _cases(here)[:8]
    _forget(here)
    shown = [here.run("case", "show", case, *AS_ANNA).exit_code for case in cases[:4]]
    assert shown == [0, 0, 0, 1]
    assert "wayhome sign-in" in here.run("case", "show", cases[3], *AS_ANNA).stdout
    here.signs_in(ANNA)
    own = [here.run("case", "show", case).exit_code for case in cases[:4]]
    assert own == [0, 0, 0, 1], "what was looked at by her name before was not hers"
    here.signs_in(ANNA)
    assert [here.run("case", "show", case).exit_code for case in cases[3:6]] == [0, 0, 1]
    for words in (("case", "show", cases[0]), ("case", "list"), ("case", "record", cases[0], "AddNote", "note=x")):
        stopped = here.run(*words)
        assert stopped.exit_code == 1, words
        assert "nothing is shown to this account" in stopped.stdout
        assert "stage" not in stopped.stdout
    here.done("sign-out")
    note = here.run("case", "record", cases[0], "AddNote", "note=x", *AS_ANNA)
    assert (note.exit_code, "nothing is shown" in note.stdout) == (1, True), "nothing is done by her name either"
    assert here.run("case", "show", cases[0], *AS_BORIS).exit_code == 0
    waiting = here.json("waiting", "--kind", "review_stop", *AS_BORIS)
    assert [row["item"] for row in waiting] == [f"stopped:{ANNA}"]


def _verbs() -> Iterator[str]:
    """Yield every verb as its own help says it is typed."""
    for name in VERBS:
        if name not in _NOT_ASKED:
            for command in _leaves(verb_named(name)):
                found = _EXAMPLE.search(command.help or "")
                assert found, f"{command.name} has no example"
                yield shlex.join(shlex.split(found[1]))


def _leaves(command: Any) -> Iterator[Any]:
    if hasattr(command, "commands"):
        for one in command.commands.values():
            yield from _leaves(one)
    else:
        yield command


def _typed(office: Wayhome, words: str, form: tuple[str, ...], cases: list[str]) -> str:
    typed = shlex.split(_NUMBER.sub(cases[0], _INSTEAD.get(words, words)))
    asked = next((answers for verb_, answers in _ASKED.items() if words.startswith(verb_)), "")
    more = [option for option in form if option not in typed]
    if "--data" in typed:
        del typed[typed.index("--data") : typed.index("--data") + 2]
    result = CliRunner().invoke(
        app, [*typed, *more], env=_ENVIRONMENT | {"WAYHOME_DATA": str(office.data)}, input=asked
    )
    assert result.exit_code in range(6), (words, result.output)
    return result.stdout


_ENVIRONMENT: Final = {"WAYHOME_CASES_PER_PROOF": "1000", "WAYHOME_CASES_PER_HOUR": "1000"}


def _cases(office: Wayhome) -> list[str]:
    """Return the case numbers, those in the middle of their way first: of these there is most to tell."""
    with _opened(office) as file:
        rows = file.execute(
            "SELECT case_id FROM case_board ORDER BY ended, stage = 'referral', version DESC"
        ).fetchall()
    return [case_id for (case_id,) in rows]


def _looks(office: Wayhome) -> list[tuple[str, str]]:
    with _opened(office) as file:
        return file.execute("SELECT account, case_id FROM looks").fetchall()


def _pages(office: Wayhome) -> set[str]:
    with _opened(office) as file:
        return {page for (page,) in file.execute("SELECT DISTINCT page FROM looks")}


def _forget(office: Wayhome) -> None:
    with _opened(office) as file:
        file.execute("DELETE FROM looks")


class _opened(closing[sqlite3.Connection]):  # noqa: N801 - reads as a verb where it stands
    """The database's own file; what is done there is stored at the end."""

    def __init__(self, office: Wayhome) -> None:
        super().__init__(sqlite3.connect(office.data / "log.sqlite", isolation_level=None))

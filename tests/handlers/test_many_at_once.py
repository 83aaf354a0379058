"""Many people at once, in one process and in several: everybody is answered and the history stays one."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.commanding.service import CommandService
from tests.kit.offices import Office
from tests.kit.programmes import with_beds
from tests.kit.story import Story
from workflow.command import AdvanceCase, CaseCommand
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import HoldBed, ReleaseBed, TakeBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.intake.commands import AddNote, GiveConsent
from workflow.subjects.reintegration.commands import AgreePlan, DraftPlan


def together(threads: int, work: Callable[[int], list[Answer]]) -> list[Answer]:
    """Return what many threads got that began at the same moment."""
    start = threading.Barrier(threads)

    def begin(number: int) -> list[Answer]:
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return [answer for answers in pool.map(begin, range(threads)) for answer in answers]


def test_thirty_two_people_at_once_are_all_answered(office: Office) -> None:
    shared = Story(office)

    def work(number: int) -> list[Answer]:
        opening = office.opening(name=f"Person {number}")
        mine = {"case_id": opening.case_id}
        return [
            office.service.submit(opening),
            office.submit(GiveConsent, purpose="assistance", **mine),
            office.submit(HoldBed, **mine),
            office.submit(AddNote, case_id=shared.case_id, note=f"note {number}"),
            office.submit(AdvanceCase, trigger="depart", **mine),
        ]

    answers = together(32, work)
    assert Counter(type(answer) for answer in answers) == {Accepted: 4 * 32, Refused: 32}
    assert len(office.state("facility:moscow-centre").beds) == 32
    for stream, kept in office.service.folds._kept.items():
        assert kept.state == office.state(stream)  # what is kept in memory is what the log tells


def test_the_last_beds_go_to_as_many_people_as_there_are_beds(office: Office) -> None:
    office.publish(with_beds(8))
    cases = [Story(office) for _ in range(24)]
    answers = together(24, lambda number: [office.submit(HoldBed, case_id=cases[number].case_id)])
    assert Counter(type(answer) for answer in answers) == {Accepted: 8, Refused: 16}
    assert sorted(office.state("facility:moscow-centre").beds) == list(range(1, 9))


def test_of_many_who_saw_the_same_version_one_wins_and_all_others_learn_who(office: Office) -> None:
    case = Story(office).does(DraftPlan, goals=("work",))
    seen = len(office.service.log.stream(f"case:{case.case_id}")) - 1
    answers = together(
        16,
        lambda number: [office.submit(AgreePlan, case_id=case.case_id, expected=seen, actor=f"staff:p{number}")],
    )
    (won,) = [answer for answer in answers if isinstance(answer, Accepted)]
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(lost) == 15
    assert {event.envelope.command_id for answer in lost for event in answer.since} == {won.command_id}


def test_the_same_command_from_many_threads_happens_once(office: Office) -> None:
    opening = office.opening()
    answers = together(12, lambda _: [office.service.submit(opening)])
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert len(accepted) == 12
    assert sum(not answer.repeated for answer in accepted) == 1
    assert len(office.service.log.of_command(str(opening.command_id))) == len(accepted[0].facts)


def test_a_small_batch_serves_many_in_turn(office: Office) -> None:
    small = CommandService(office.service.log, batch=3)
    cases = [Story(office) for _ in range(20)]
    notes = [case.command(AddNote, note="fine") for case in cases]
    together(4, lambda number: small.submit_many(notes[number * 5 : number * 5 + 5]))
    assert all(len(office.service.log.of_command(str(note.command_id))) == 1 for note in notes)


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
def test_two_processes_on_one_database_stay_correct(office: Office) -> None:
    services = [office.service, office.another_service()]
    office.publish(with_beds(5))
    cases = [Story(office).case_id for _ in range(8)]

    def work(number: int) -> list[Answer]:
        answers: list[Answer] = []
        for turn in range(6):
            service, case_id = services[(number + turn) % 2], cases[(number * 3 + turn) % 8]
            kinds: list[tuple[type[CaseCommand], dict[str, object]]] = [
                (HoldBed, {}),
                (GiveConsent, {"purpose": "travel"}),
                (ReleaseBed, {"reason": "moved"}) if turn % 2 else (TakeBed, {}),
                (AgreePlan, {}),
            ]
            kind, fields = kinds[(number + turn) % 4]
            answers.append(service.submit(office.command(kind, case_id=case_id, **fields)))
        return answers

    answers = together(16, work)
    assert len(answers) == 96
    assert not any(isinstance(answer, Conflict) for answer in answers)
    taken = [answer.command_id for answer in answers if isinstance(answer, Accepted)]
    log = office.service.log
    assert all(log.of_command(command_id) for command_id in taken)
    beds = 0
    for event in log.stream("facility:moscow-centre"):
        beds += {"BedHeld": 1, "BedReleased": -1}.get(event.envelope.type, 0)
        assert 0 <= beds <= 5
    for service in services:
        for stream, kept in service.folds._kept.items():
            assert kept.version < len(log.stream(stream)) - 1 or kept.state == office.state(stream)


@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
def test_a_case_led_by_two_processes_in_turn_is_one_case(office: Office) -> None:
    case, other = Story(office), office.another_service()
    mine = office.service
    for turn in range(6):
        office.service = (mine, other)[turn % 2]
        case.does(HoldBed)
        office.service = (other, mine)[turn % 2]
        case.when(HoldBed).then_refused("has_no_bed")
        case.does(ReleaseBed, reason="moved")
    office.service = mine
    assert accommodation_of(case.case).bed is None

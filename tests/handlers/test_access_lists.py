"""Lists show exactly what the table of rights allows, page by page, on every database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from events.instants import instant_text
from handlers.projections.board_counts import COUNTED
from handlers.projections.case_access import PageRequest, WorkAsked, board_told, cases_for, count_by_stage, work_of_all
from handlers.projections.rebuild import rebuild, rebuild_if_new
from handlers.projections.tables import case_board, case_relations
from handlers.states.case_reader import CaseReader, CaseSnapshot
from tests.kit.offices import Office, open_office
from tests.kit.story import Story
from workflow.programme.loading import shipped_programme_text
from workflow.rights.acts import ROLES, Act
from workflow.rights.table import Account, StandIn, permit, relations_to
from workflow.subjects.access.commands import AssignCase, BreakGlass
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.intake.commands import AddNote, GiveConsent
from workflow.subjects.referrals.commands import AcknowledgeReferral, SendReferral
from workflow.subjects.referrals.state import referrals_of

OLGA, PAVEL, IRINA, ANNA, BORIS = "redcross:olga", "redcross:pavel", "iom:irina", "staff:anna", "staff:boris"
PEOPLE = (OLGA, PAVEL, IRINA, ANNA, BORIS)
PROGRAMMES, TEAMS = ("st-petersburg", "moscow"), ("", "night", "shelter")
HOUSES = ("st-petersburg-shelter", "moscow-centre")
ASKED: tuple[Act, ...] = ("case.see", "case.medical", "case.review", "money.approve", "referral.answer")
WHY = "There is smoke in the house and nobody answers."


@pytest.fixture
def offices(office_url: str) -> Iterator[Office]:
    """Two programmes in one house: one closed to all but the Red Cross and its partners, one open."""
    with open_office(office_url, programme="st-petersburg") as office:
        office.publish(shipped_programme_text("moscow"), "moscow")
        office.clock.advance(datetime(2013, 5, 6, 9, tzinfo=UTC) - office.now)
        _people_come(office)
        yield office


def _people_come(office: Office) -> None:
    office.by_two(OpenAccount, account=BORIS, roles=("supervisor",), programmes=("moscow", "st-petersburg"))
    for number, actor in enumerate((OLGA, PAVEL, OLGA, PAVEL, OLGA)):
        case = Story(office, programme="st-petersburg", actor=actor, team=TEAMS[number % 3]).accepted()
        if number < 3:
            _referred(case, days=2 + number)
            case.finish(case.task(kind="send_referral")).accepted()
        if number == 1:
            case.when(BreakGlass, actor=OLGA, mandate="medical", reason="medical_emergency", why=WHY).accepted()
        case.later(hours=1)
    for number, actor in enumerate((ANNA, BORIS, ANNA)):
        case = Story(office, actor=actor, team=TEAMS[number]).does(HoldBed)
        if number == 0:
            case.when(BreakGlass, actor=BORIS, mandate="legal", reason="court_or_police", why=WHY).accepted()
        if number == 2:
            case.does(AssignCase, owner=BORIS, team="night").advance("withdraw", reason="declined").accepted()
        case.later(minutes=20)


def _referred(case: Story, days: int) -> None:
    until = (case.place.now + timedelta(days=days)).date()
    for more in ({"purpose": "assistance"}, {"purpose": "referral", "recipient": "iom-moscow", "until": until}):
        case.when(GiveConsent, actor=OLGA, **more).accepted()
    case.when(SendReferral, service="local_referral", provider="iom-moscow", actor=OLGA).accepted()


def _anybody(chance: Random) -> Account:
    return Account(
        chance.choice(PEOPLE),
        frozenset(chance.sample(ROLES, chance.randint(1, 3))),
        frozenset(chance.sample(PROGRAMMES, chance.randint(0, 2))),
        chance.choice(TEAMS),
        frozenset(chance.sample(HOUSES, chance.randint(0, 2))),
        closed=chance.random() < 0.05,
        stands_in=tuple(_some_days(chance) for _ in range(chance.randint(0, 2))),
    )


def _some_days(chance: Random) -> StandIn:
    """Return that somebody stands in for somebody, at some time around the moments that are asked about."""
    begins = datetime(2013, 5, 6, 9, tzinfo=UTC) + timedelta(days=chance.randint(-5, 45))
    ends = begins + timedelta(days=chance.randint(1, 30))
    return StandIn(chance.choice(PEOPLE), chance.choice(PROGRAMMES), instant_text(begins), instant_text(ends))


def _all(office: Office) -> list[CaseSnapshot]:
    look = CaseReader(office.service.log, office.service.definitions)
    return look.at_many([row["case_id"] for row in office.rows("case_board")])


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=5), timedelta(days=3), timedelta(days=40)])
def test_a_list_holds_the_cases_the_rights_allow_and_no_others(offices: Office, later: timedelta) -> None:
    cases, chance, now = _all(offices), Random(later.days), offices.now + later
    for _ in range(120):
        account, act = _anybody(chance), chance.choice(ASKED)
        allowed = {
            one.case.case_id: one.case.stage
            for one in cases
            if permit(account, act, one.case, one.definition.programme, now)
        }
        with offices.database.reading() as connection:
            listed = cases_for(connection, account, now, act=act, ended=None)
            counted = count_by_stage(connection, account, now, act=act)
            work = work_of_all(connection, account, now, (WorkAsked(act),), PageRequest(limit=500))
        assert {row["case_id"]: row["stage"] for row in listed} == allowed, (account, act)
        assert len(listed) == len(allowed)
        assert sum(counted.values()) == len(allowed)
        items = [(row["case_id"], row["item"]) for row in offices.rows("work_items") if row["case_id"] in allowed]
        assert sorted((row["case_id"], row["item"]) for row in work) == sorted(items)


def test_the_rows_say_how_everybody_stands_to_a_case(offices: Office) -> None:
    rows, boards = offices.rows("case_relations"), {row["case_id"]: row for row in offices.rows("case_board")}
    now = offices.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    chance = Random(3)
    for seen in _all(offices):
        board = boards[seen.case.case_id]
        related = {(r["relation"], r["who"]) for r in rows if r["case_id"] == seen.case.case_id and r["until"] > now}
        for _ in range(80):
            account = _anybody(chance)._replace(roles=frozenset({"partner", "case_manager"}), closed=False)
            word, programmes = account.account.partition(":")[0], account.programmes
            ours = board["office"] in {f"{staff}:{p}" for p in programmes for staff in ("", word)}
            told = {"programme"} if ours else set()
            days = (one for one in account.stands_in if one.programme == board["programme"])
            theirs = {account.account, *(one.owner for one in days if one.begins <= now < one.ends)}
            told |= {"owner"} if ours and board["owner"] in theirs else set()
            told |= {"team"} if ours and board["team"] in ("", account.team) else set()
            told |= {"facility"} if ours and board["facility"] in account.facilities else set()
            told |= {"partner"} if ("partner", word) in related else set()
            told |= {"glass"} if ("glass", account.account) in related else set()
            assert told == set(relations_to(account, seen.case, seen.definition.programme, offices.now))


def test_a_partner_sees_what_it_is_asked_and_no_longer_than_the_person_agreed(offices: Office) -> None:
    partner = Account(IRINA, frozenset({"partner"}))

    def seen(after: timedelta) -> int:
        with offices.database.reading() as connection:
            return len(cases_for(connection, partner, offices.now + after, act="referral.answer"))

    assert [seen(timedelta(days=days)) for days in (0, 2, 3, 4, 5)] == [3, 3, 2, 1, 0]
    with offices.database.reading() as connection:
        assert cases_for(connection, partner, offices.now) == []  # a partner sees referrals, never cases


def test_a_partner_answers_its_own_referral_before_it_has_accepted(offices: Office) -> None:
    seen = next(one for one in _all(offices) if referrals_of(one.case).referrals)
    (referral_id,) = referrals_of(seen.case).referrals
    answer = {"case_id": seen.case.case_id, "referral_id": referral_id}
    refused = offices.submit(AcknowledgeReferral, actor=BORIS, **answer)
    assert getattr(refused, "codes", ()) == ("case_exists",)
    assert not hasattr(offices.submit(AcknowledgeReferral, actor=IRINA, **answer), "codes")
    note = offices.submit(AddNote, actor=IRINA, case_id=seen.case.case_id, note="and one thing more")
    assert getattr(note, "codes", ()) == ("case_exists",)


def test_pages_follow_each_other_without_gaps(offices: Office) -> None:
    account = Account(OLGA, frozenset({"case_manager", "medical"}), frozenset(PROGRAMMES), "night")
    with offices.database.reading() as connection:
        whole = cases_for(connection, account, offices.now, ended=None)
        found, page = [], PageRequest(limit=2)
        while rows := cases_for(connection, account, offices.now, ended=None, page=page):
            found += rows
            page = PageRequest((rows[-1]["since"], rows[-1]["case_id"]), 2)
    assert [row["case_id"] for row in found] == [row["case_id"] for row in whole]
    assert len(whole) > 3


def test_drawn_anew_the_rows_are_the_same(offices: Office) -> None:
    tables = ("case_board", "case_relations", "name_tokens", "work_items")
    Story(offices, name="Мария Иванова", birth_date="1990-02-03", phone="+79161234567")
    before = {name: sorted(map(str, offices.rows(name))) for name in tables[:3]}
    rebuild(offices.service.log)
    assert {name: sorted(map(str, offices.rows(name))) for name in tables[:3]} == before
    assert not rebuild_if_new(offices.service.log)


def test_a_database_of_an_older_wayhome_is_drawn_once(offices: Office) -> None:
    with offices.database.writing() as connection:
        connection.execute(case_board.update().values(office="", owner="", team="", facility=""))
        connection.execute(case_relations.delete())
    assert rebuild_if_new(offices.service.log)
    assert len(offices.rows("case_relations")) == 5  # three referrals and two emergencies
    assert not rebuild_if_new(offices.service.log)


def test_until_when_partners_are_shown_a_case_is_drawn_anew_once_it_was_forgotten(offices: Office) -> None:
    shown = case_relations.c.relation == "partner"
    before = sorted(map(str, offices.rows("case_relations")))
    assert offices.rows("case_relations", relation="partner")
    with offices.database.writing() as connection:  # as migration 0008 leaves a row that had an end
        connection.execute(case_relations.update().where(shown).values(until=""))
    assert rebuild_if_new(offices.service.log)
    assert sorted(map(str, offices.rows("case_relations"))) == before
    assert not rebuild_if_new(offices.service.log)


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=5), timedelta(days=40)])
def test_what_is_kept_of_the_board_says_what_counting_the_allowed_cases_would(
    offices: Office, later: timedelta
) -> None:
    cases, chance, now = _all(offices), Random(later.days + 7), offices.now + later
    rows = {row["case_id"]: row for row in offices.rows("case_board")}
    for _ in range(120):
        account = _anybody(chance)
        seen = [one for one in cases if permit(account, "case.see", one.case, one.definition.programme, now)]
        with offices.database.reading() as connection:
            told = board_told(connection, account, now)
            of_owner = board_told(connection, account, now, "owner", ANNA)
        for name in COUNTED:
            assert told.of(name) == dict(sorted(Counter(rows[one.case.case_id][name] for one in seen).items())), name
        assert of_owner.of("owner").get(ANNA, 0) == told.of("owner").get(ANNA, 0)

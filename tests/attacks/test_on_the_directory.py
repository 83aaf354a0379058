"""What one insider tries with the directory alone: letters sent elsewhere, somebody new who sees, a stop undone."""

from __future__ import annotations

from typing import Any

import pytest

from events.facts import directory as facts
from handlers.commanding.answers import Accepted
from tests.kit.directory import all_is_well, confirmed, confirms, done, proposed, refused, says, told
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, TAMARA
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import form_at
from workflow.command import ConfirmOfficeDecision, PublishProgramme
from workflow.subjects.accounts.commands import ChangeRoles, CloseAccount, OpenAccount
from workflow.subjects.directory.commands import (
    ChangeEntry,
    ConfirmEntry,
    DeclineEntry,
    EndEntry,
    ListEntry,
    ProposeResumption,
    StopEntry,
    WithdrawEntry,
)

HARBOUR = ("provider", "harbour")
DRIVER = ("meeter", "meeter-01")
ELSEWHERE = "elsewhere@example.net"
LIGHTHOUSE = {
    "name": "Lighthouse", "email": "desk@lighthouse.example.org",
    "more": "kind: ngo\nservices: [local_referral]\nlanguages: [ru]",
}  # fmt: skip


def address(office: Office) -> str:
    return office.definition.programme.provider_of["harbour"].email


@pytest.mark.parametrize(
    ("kind", "of", "entry", "fields"),
    [
        (ChangeEntry, *HARBOUR, {"email": ELSEWHERE}),
        (ChangeEntry, *HARBOUR, {"phone": "+79161234567"}),
        (ChangeEntry, *DRIVER, {"email": ELSEWHERE}),
        (ChangeEntry, "office", "office", {"more": "data_protection_email: nobody@example.net"}),
        (ChangeEntry, *HARBOUR, {"more": "languages: [ru, uk, uz, tg, ky, en, fr, de]"}),
        (ListEntry, "provider", "lighthouse", LIGHTHOUSE),
    ],
)
def test_what_one_person_proposes_changes_nothing_until_another_confirms(
    office: Office, kind: type[Any], of: str, entry: str, fields: dict[str, Any]
) -> None:
    before = office.definition.programme
    proposal = proposed(office, kind, of, entry, **fields)
    assert office.definition.programme == before
    assert told(office, facts.EntryListed) + told(office, facts.EntryChanged) == []
    confirmed(office, of, entry, proposal)
    assert office.definition.programme != before
    all_is_well(office)


def test_who_has_two_roles_is_still_one_person(office: Office) -> None:
    given = {"account": BORIS, "roles": ("supervisor", "case_manager"), "programmes": ("moscow",)}
    office.by_two(OpenAccount, **given)
    proposal = proposed(office, ChangeEntry, *HARBOUR, email=ELSEWHERE)
    for mandate in ("supervisor", "case_manager", "data_protection"):
        said = {"proposal_id": proposal, "proposer": BORIS, "mandate": mandate}
        assert refused(says(office, ConfirmEntry, *HARBOUR, actor=BORIS, **said)) == ("second_person_agreed",)
    assert address(office) != ELSEWHERE


def test_neither_of_two_counts_once_closed_or_without_the_right(office: Office) -> None:
    for name in (ANNA, BORIS, TAMARA):
        office.has_account(name)
    proposal = proposed(office, ChangeEntry, *HARBOUR, email=ELSEWHERE)
    assert refused(confirms(office, *HARBOUR, proposal, actor=ANNA)) == ("second_person_may",)
    office.accepted(office.command(CloseAccount, account=TAMARA, reason="left", actor="staff:root"))
    assert refused(confirms(office, *HARBOUR, proposal)) == ("account_is_open",)
    office.by_two(OpenAccount, account="staff:petr", roles=("supervisor",), programmes=("elsewhere",))
    assert refused(confirms(office, *HARBOUR, proposal, actor="staff:petr")) == ("second_person_may",)
    office.by_two(ChangeRoles, account=BORIS, roles=("case_manager",))
    office.by_two(OpenAccount, account="staff:vera", roles=("supervisor",), programmes=("moscow",))
    assert refused(confirms(office, *HARBOUR, proposal, actor="staff:vera")) == ("first_person_may",)
    assert address(office) != ELSEWHERE


def test_the_data_protection_officer_is_the_second_where_there_is_one_supervisor(office: Office) -> None:
    office.has_account(BORIS)
    office.by_two(OpenAccount, account="staff:dora", roles=("data_protection",), programmes=("moscow",))
    proposal = proposed(office, ChangeEntry, *HARBOUR, email=ELSEWHERE)
    assert isinstance(confirms(office, *HARBOUR, proposal, actor="staff:dora"), Accepted)
    assert address(office) == ELSEWHERE
    all_is_well(office)


@ON_BOTH_DATABASES
def test_of_one_entry_one_change_waits_at_a_time_also_of_two_in_one_breath(office: Office) -> None:
    of_it = {"programme": "moscow", "kind": "provider", "entry": "harbour"}
    both = [
        office.command(ChangeEntry, actor=name, email=f"{name[6:]}@example.net", **of_it) for name in (BORIS, TAMARA)
    ]
    first, second = office.service.submit_many(both)
    assert isinstance(first, Accepted)
    assert refused(second) == ("is_proposed_once",)
    confirmed(office, *HARBOUR, first.proposal)
    assert address(office) == "boris@example.net"
    assert refused(confirms(office, *HARBOUR, first.proposal)) == ("proposal_is_pending",)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ChangeEntry, {"more": "languages: [ru]"}),
        (EndEntry, {"reason": "moved"}),
        (StopEntry, {"reason": "a letter went astray"}),
    ],
)
def test_what_the_second_person_read_is_what_takes_force_or_nothing_does(
    office: Office, kind: type[Any], fields: dict[str, Any]
) -> None:
    proposal = proposed(office, ChangeEntry, *HARBOUR, email=ELSEWHERE)
    assert "DecisionProposed" not in done(office, kind, *HARBOUR, actor=TAMARA, **fields).facts
    assert refused(confirms(office, *HARBOUR, proposal)) == ("proposal_is_pending",)
    assert address(office) != ELSEWHERE


def test_a_resumption_and_a_new_address_do_not_come_in_one_yes(office: Office) -> None:
    done(office, StopEntry, *HARBOUR, reason="their mailbox was broken into")
    moves = proposed(office, ChangeEntry, *HARBOUR, email=ELSEWHERE)
    resumes = proposed(office, ProposeResumption, *HARBOUR, reason="all is well")
    confirmed(office, *HARBOUR, resumes)
    assert refused(confirms(office, *HARBOUR, moves)) == ("proposal_is_pending",)
    assert address(office) != ELSEWHERE


def test_a_file_takes_two_officers_and_makes_void_what_waited_of_its_entries(office: Office) -> None:
    proposal = proposed(office, ChangeEntry, *HARBOUR, email=ELSEWHERE)
    text = office.text.replace("desk@harbour", "new@harbour", 1)
    given = {"programme": "moscow", "text": text, "actor": BORIS, "mandate": "supervisor"}
    office.has_account(BORIS)
    waits = office.accepted(office.command(PublishProgramme, **given))
    assert waits.facts == ("DecisionProposed",)
    assert address(office) == "desk@harbour.example.org"
    office.accepted(office.command(ConfirmOfficeDecision, actor="staff:zoya", proposal_id=waits.proposal))
    assert address(office) == "new@harbour.example.org"
    assert refused(confirms(office, *HARBOUR, proposal)) == ("proposal_is_pending",)
    all_is_well(office)


def test_whoever_is_named_stands_nowhere_in_the_open_not_even_in_a_remark(office: Office) -> None:
    more = "languages: [ka]  # Zlatovlaska, canary@drivers.example.org\nname: Zlatovlaska"
    given = {"name": "Zlatovlaska", "email": "canary@drivers.example.org", "more": more}
    proposal = proposed(office, ListEntry, "meeter", "gia", **given)
    confirmed(office, "meeter", "gia", proposal)
    log = office.service.log
    events = [event for page in log.pages() for event in page]
    assert [e.position for e in events if "canary" in e.envelope.body or "Zlatovlaska" in e.envelope.body] == []
    gia = office.definition.programme.meeter_of["gia"]
    assert (gia.name, gia.email, gia.languages) == ("Zlatovlaska", "canary@drivers.example.org", ("ka",))
    all_is_well(office)


def test_an_address_that_the_keys_below_take_away_stands_nowhere_in_the_open(office: Office) -> None:
    house, more = office.definition.programme.facilities[0].id, "email:\naddress: elsewhere"
    proposed(office, ChangeEntry, "facility", house, email="canary@house.example.org", more=more)
    events = [event for page in office.service.log.pages() for event in page]
    assert [e.position for e in events if "canary" in e.envelope.body] == []


def test_what_was_declined_or_taken_back_never_takes_force(office: Office) -> None:
    for name in (BORIS, TAMARA):
        office.has_account(name)
    ways: Any = ((DeclineEntry, TAMARA, {"reason": "they know nothing of it"}), (WithdrawEntry, BORIS, {}))
    for kind, actor, fields in ways:
        proposal = proposed(office, ChangeEntry, *DRIVER, email=ELSEWHERE)
        of_it = {"proposal_id": proposal} | fields
        wrong = says(office, kind, *DRIVER, actor=BORIS if actor == TAMARA else TAMARA, **of_it)
        assert refused(wrong) in (("second_person_agreed",), ("own_hand",))
        done(office, kind, *DRIVER, actor=actor, **of_it)
        assert refused(confirms(office, *DRIVER, proposal)) == ("proposal_is_pending",)
    done(office, ChangeEntry, *DRIVER, more="seats: 2")
    assert office.definition.programme.meeter_of["meeter-01"].email != ELSEWHERE


def test_with_what_is_less_something_more_is_not_slipped_in(office: Office) -> None:
    assert proposed(office, ChangeEntry, *HARBOUR, more="languages: [ru]", email=ELSEWHERE)
    done(office, ChangeEntry, "provider", "new-start", more="status: defunct")
    assert proposed(office, ChangeEntry, "provider", "new-start", more="status: inactive")


def test_the_others_read_on_my_work_what_stands_and_what_would_be(office: Office) -> None:
    house, programme = WebHouse(office), office.definition.programme
    boris, tamara = house.sign_in(BORIS, ["supervisor"]), house.sign_in(TAMARA, ["supervisor"])
    dora, anna = house.sign_in("staff:dora", ["data_protection"]), house.sign_in()
    path = "/office/moscow/do/ChangeEntry"
    given = {"kind": "meeter", "entry": "meeter-01", "email": ELSEWHERE}
    decision = boris.post(path, form_at(boris, path) | given).headers["location"]
    for second in (tamara, dora):
        assert f'href="{decision}"' in second.get("/work").text
        read = second.get(decision).text
        assert ELSEWHERE in read
        assert programme.meeter_of["meeter-01"].email in read
        assert "Look and decide" in second.get("/directory/moscow/meeter/meeter-01").text
    assert decision not in anna.get("/work").text
    assert ELSEWHERE not in anna.get(decision).text
    assert "waits for a second person" in anna.get("/directory/moscow/meeter/meeter-01").text
    (waits,) = tamara.get("/api/v1/work").json()["entries"]
    assert (waits["command"], waits["may_confirm"]) == ("ChangeEntry", True)
    assert boris.get("/api/v1/work").json()["entries"][0]["own"]


def test_who_agrees_to_a_resumption_reads_as_what_the_entry_comes_back(office: Office) -> None:
    done(office, EndEntry, *HARBOUR, reason="moved")
    done(office, StopEntry, *HARBOUR, reason="their mailbox was broken into")
    proposal = proposed(office, ProposeResumption, *HARBOUR, reason="all is well")
    read = WebHouse(office).sign_in(TAMARA, ["supervisor"]).get(f"/decisions/moscow/{proposal}").text
    assert "<strong>inactive</strong>" in read
    confirmed(office, *HARBOUR, proposal)
    assert office.definition.programme.provider_of["harbour"].status == "inactive"

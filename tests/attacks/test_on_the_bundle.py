"""Somebody who makes or changes an auditor's bundle, the operator of the log included: the verifier says what is wrong.

The last tests tell who has to collude: what is not refused there is written in docs/audit.md.
"""

import base64
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.audit import verify
from console.audit.bundle import bundle_of
from events.catalogue import Fact
from events.database import sqlite_url
from events.facts.decisions import DecisionConfirmed, DecisionDeclined
from events.facts.erasure import PersonErased
from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.ids import CaseId, case_stream
from events.notes import LOG, SigningKey
from tests.kit.audits import (
    POLICY,
    Audited,
    audited,
    contents,
    packed,
    policy_text,
    sealed,
    with_events,
    with_proof,
)
from tests.kit.histories import Lives, Witnessed
from tests.kit.people import ANNA, BORIS
from workflow.case.proposals import proposals_of
from workflow.subjects.care.commands import AgreeCarePlan

TAMPERINGS = 600
Events = list[dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def signatures_are_looked_at_once() -> Iterator[None]:
    """The same signature over the same words is as good the second time: thousands of bundles in a minute."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(verify, "signed", cache(verify.signed))
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    office = Witnessed(sqlite_url(tmp_path_factory.mktemp("audited") / "wayhome.sqlite"))
    lives = Lives(office).lived()
    at = int(office.clock.now().timestamp())
    office.later(days=1)
    yield audited(office.log, lives.home, at + 86_400)
    office.close()


# -- by somebody who has the bundle ------------------------------------------------------------------------------------


def _other(chance: random.Random, text: str) -> str:
    """Return a text with one letter changed."""
    at = chance.randrange(len(text)) if text else 0
    return text[:at] + chance.choice([c for c in "abcdefghij0123456789" if c != text[at : at + 1]]) + text[at + 1 :]


def drop(events: Events, chance: random.Random) -> None:
    del events[chance.randrange(len(events))]


def cut_the_end(events: Events, chance: random.Random) -> None:
    mine = [event for event in events if event["stream"] == events[0]["stream"]]
    for event in mine[chance.randrange(1, len(mine)) :]:
        events.remove(event)


def swap(events: Events, chance: random.Random) -> None:
    first, second = chance.sample(range(len(events)), 2)
    events[first], events[second] = events[second], events[first]


def repeat(events: Events, chance: random.Random) -> None:
    events.insert(chance.randrange(len(events)), dict(chance.choice(events)))


def rename(events: Events, chance: random.Random) -> None:
    event = chance.choice(events)
    field = chance.choice(["actor", "mandate", "cause", "command_id", "definition", "type", "stream", "body"])
    event[field] = _other(chance, event[field])


def back_date(events: Events, chance: random.Random) -> None:
    event = chance.choice(events)
    event[chance.choice(["recorded_at", "occurred_at"])] = f"2006-{chance.randrange(1, 12):02}-01T00:00:00.000000Z"


def change_step(events: Events, chance: random.Random) -> None:
    event = chance.choice([event for event in events if event["type"] == "StageEntered"])
    said = json.loads(event["body"])
    said[chance.choice(["trigger", "source", "dest", "reason", "second", "proposal"])] = "closed"
    event["body"] = json.dumps(said)


def change_seal(events: Events, chance: random.Random) -> None:
    event = chance.choice([event for event in events if event["sealed"]])
    place = chance.randrange(3)
    event["sealed"][0][place] = _other(chance, event["sealed"][0][place])


def relink(events: Events, chance: random.Random) -> None:
    event = chance.choice(events[1:])
    event[chance.choice(["previous", "link"])] = chance.choice(
        [None, base64.b64encode(chance.randbytes(32)).decode(), events[0]["previous"]]
    )


def renumber(events: Events, chance: random.Random) -> None:
    event = chance.choice(events)
    event[chance.choice(["version", "type_version"])] += chance.choice([1, 2, 1000])


def rewrite(events: Events, chance: random.Random) -> None:
    """Change an event, and hash all that follows anew."""
    rename([chance.choice([event for event in events if event["stream"] == events[0]["stream"]])], chance)
    _hash_anew(events)


def insert(events: Events, chance: random.Random) -> None:
    """Put one more event in, and hash all that follows anew."""
    mine = [event for event in events if event["stream"] == events[0]["stream"]]
    events.insert(chance.randrange(1, len(mine)), dict(chance.choice(mine)))
    for number, event in enumerate(event for event in events if event["stream"] == mine[0]["stream"]):
        event["version"] = number
    _hash_anew(events)


def add_field(events: Events, chance: random.Random) -> None:
    chance.choice(events)["note"] = "approved by everybody"


def _hash_anew(events: Events) -> None:
    before: dict[str, str] = {}
    for event in events:
        if event["version"]:
            event["previous"] = before.get(event["stream"], event["previous"])
        before[event["stream"]] = base64.b64encode(verify.leaf_of(event)).decode()


ON_EVENTS: list[Callable[[Events, random.Random], None]] = [
    drop, cut_the_end, swap, repeat, rename, back_date, change_step, change_seal, relink, renumber, rewrite, insert,
    add_field,
]  # fmt: skip


def _spoil_proof(proof: dict[str, Any], chance: random.Random) -> None:
    place = proof[chance.choice([name for name in proof if ":" in name])]
    what = chance.choice(["index", "path", "map", "lose"])
    if what == "index":
        place["index"] += chance.choice([-1, 1, 64, -1024])
    elif what == "lose" or not place[what]:
        place["path"].pop(chance.randrange(len(place["path"])))
    else:
        place[what][chance.randrange(len(place[what]))] = base64.b64encode(chance.randbytes(32)).decode()


def done_by(hand: Callable[[Events, random.Random], None], chance: random.Random) -> Callable[[Events], None]:
    return lambda events: hand(events, chance)


def test_hundreds_of_changes_are_all_refused(home: Audited) -> None:
    untouched = contents(with_events(home.data, lambda _: None))
    accepted, changes = [], 0
    for seed in range(TAMPERINGS):
        chance, hand = random.Random(seed), ON_EVENTS[seed % len(ON_EVENTS)]
        changed = with_events(home.data, done_by(hand, chance))
        changes += (differs := contents(changed) != untouched)
        if differs and home.checked(changed)[0] == 0:
            accepted.append((seed, hand.__name__))
    assert accepted == []
    assert changes > TAMPERINGS * 9 // 10


def test_hundreds_of_changed_proofs_are_all_refused(home: Audited) -> None:
    for seed in range(TAMPERINGS // 3):
        changed = with_proof(home.data, partial(_spoil_proof, chance=random.Random(seed)))
        assert home.checked(changed)[0] == 1, seed


def test_the_first_event_that_is_wrong_is_named(home: Audited) -> None:
    def change(events: Events) -> None:
        events[40]["actor"] = "staff:mallory"

    _, notes, _ = home.checked(with_events(home.data, change))
    assert notes == [f"event 40 of case:{home.case_id} is not the one that was written"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["events.jsonl", "proof.json", "checkpoint.txt", "policy.txt"]), st.integers(0, 2**20),
    st.integers(0, 7),
)  # fmt: skip
def test_whatever_bit_is_changed_nothing_else_is_proved(home: Audited, name: str, place: int, bit: int) -> None:
    files = contents(home.data)
    changed = bytearray(files[name])
    changed[place % len(changed)] ^= 1 << bit
    answer = home.checked(packed(files | {name: bytes(changed)}))
    assert answer[0] in (1, 2) or answer == home.checked()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**20), st.integers(0, 7))
def test_whatever_bit_of_the_file_is_changed_nothing_else_is_proved(home: Audited, place: int, bit: int) -> None:
    changed = bytearray(home.data)
    changed[place % len(changed)] ^= 1 << bit
    answer = home.checked(bytes(changed))
    assert answer[0] in (1, 2) or answer == home.checked()


# -- by whoever runs the log, before the witnesses see it --------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Witnessed]:
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite")).published()
    for name in (ANNA, BORIS):
        office.has_account(name)
    yield office
    office.close()


@pytest.fixture
def case_id(office: Witnessed) -> CaseId:
    """A case of which Anna has proposed the care plan."""
    case_id = office.open()
    office.does(case_id, AgreeCarePlan, plan="two talks a week")
    return case_id


def told_of(office: Witnessed, case_id: str) -> str:
    """Return what the verifier says of a case that was sealed and witnessed as it should be."""
    code, notes, _ = audited(office.log, case_id, int(office.clock.now().timestamp())).checked()
    return "" if code == 0 else notes[0]


def step(dest: str, **said: Any) -> Fact:
    return StageEntered.model_validate({"trigger": "receive", "source": "referral", "dest": dest} | said)


CHECKED = ("consent_to_assistance", "risk_is_assessed", "arrival_is_planned", "guardian_is_appointed", "child_assents")


def test_what_the_rules_allow_is_proved(office: Witnessed, case_id: CaseId) -> None:
    office.forge((case_stream(case_id), step("reception", checked=CHECKED)))
    assert told_of(office, case_id) == ""


@pytest.mark.parametrize(
    "fact",
    [
        step("accommodation", checked=CHECKED),
        step("reception"),
        step("reception", checked=CHECKED[:-1]),
        step("reception", source="care", checked=CHECKED),
        step("closed", trigger="close"),
        step("not_a_victim", trigger="find_not_a_victim", checked=("reason_is_given", "second_person_agreed")),
    ],
)
def test_a_step_the_programme_does_not_have_is_named(office: Witnessed, case_id: CaseId, fact: Fact) -> None:
    office.forge((case_stream(case_id), fact))
    said = told_of(office, case_id)
    assert said.startswith("event ")
    assert "(StageEntered by staff:mallory): its programme has no such step from referral" in said


def test_a_second_opening_is_named(office: Witnessed, case_id: CaseId) -> None:
    fact = CaseOpened(case_id=case_id, person_id="P-1", programme="moscow", source="ngo", stage="referral")
    office.forge((case_stream(case_id), fact))
    assert "a case is opened once, where its journey begins" in told_of(office, case_id)


def proposal(office: Witnessed, case_id: CaseId) -> str:
    (key,) = proposals_of(office.case(case_id)).pending
    return key


def confirmed(office: Witnessed, case_id: CaseId, actor: str, **said: str) -> str:
    key = proposal(office, case_id)
    fact = DecisionConfirmed.model_validate({"proposal_id": key, "proposer": ANNA} | said)
    office.forge((case_stream(case_id), fact), actor=actor)
    return told_of(office, case_id)


NOT_TWO = "it was not confirmed once, in time, by another than who had proposed it"


def test_what_two_people_decided_is_proved(office: Witnessed, case_id: CaseId) -> None:
    assert confirmed(office, case_id, BORIS) == ""


def test_what_takes_two_and_names_a_second_who_confirmed_nothing_is_named(office: Witnessed, case_id: CaseId) -> None:
    fact = PersonErased(
        person_id="P-1", case_id=case_id, request_id="R-1", asked_by="person", paper="118/2030", cases=(case_id,),
        second=BORIS,
    )  # fmt: skip
    office.forge((case_stream(case_id), fact))
    assert "it rests on a proposal that nobody confirmed with it" in told_of(office, case_id)


def test_who_confirms_what_they_proposed_is_named(office: Witnessed, case_id: CaseId) -> None:
    assert NOT_TWO in confirmed(office, case_id, ANNA)


def test_who_confirms_in_anothers_name_is_named(office: Witnessed, case_id: CaseId) -> None:
    assert NOT_TWO in confirmed(office, case_id, ANNA, proposer=BORIS)


def test_who_confirms_what_nobody_proposed_is_named(office: Witnessed, case_id: CaseId) -> None:
    assert NOT_TWO in confirmed(office, case_id, BORIS, proposal_id="D-0000000000000000")


def test_who_confirms_too_late_is_named(office: Witnessed, case_id: CaseId) -> None:
    office.later(days=30)
    assert NOT_TWO in confirmed(office, case_id, BORIS)


def test_who_confirms_what_was_declined_is_named(office: Witnessed, case_id: CaseId) -> None:
    key = proposal(office, case_id)
    declined = DecisionDeclined(proposal_id=key, reason="too early")
    fact = DecisionConfirmed(proposal_id=key, proposer=ANNA)
    office.forge((case_stream(case_id), declined), (case_stream(case_id), fact), actor=BORIS)
    assert NOT_TWO in told_of(office, case_id)


def test_a_step_on_a_proposal_that_nobody_confirmed_is_named(office: Witnessed, case_id: CaseId) -> None:
    ended = {"trigger": "find_not_a_victim", "checked": ("reason_is_given", "second_person_agreed"), "reason": "x"}
    fact = step("not_a_victim", second=ANNA, proposal=proposal(office, case_id), **ended)
    office.forge((case_stream(case_id), fact), actor=BORIS)
    assert "it rests on a proposal that nobody confirmed with it" in told_of(office, case_id)


# -- who would have to collude -----------------------------------------------------------------------------------------


def test_a_history_written_anew_is_refused_while_the_witnesses_keep_to_what_they_saw(
    home: Audited, tmp_path: Path
) -> None:
    other = Witnessed(sqlite_url(tmp_path / "other.sqlite"), seed=11)
    case_id = Lives(other).lived().home
    anew = sealed(other.log, home.now, witnesses=0)  # the log's own key, and nobody who saw the other history signs
    data = bundle_of(other.log, case_id, "moscow", anew, POLICY)
    assert home.checked(data)[1] == ["the checkpoint is not signed by those the policy names"]
    other.close()


def test_a_thief_of_nothing_proves_nothing_to_whoever_brings_a_policy(home: Audited, tmp_path: Path) -> None:
    other = Witnessed(sqlite_url(tmp_path / "other.sqlite"), seed=12)
    case_id = Lives(other).lived().home
    thief = SigningKey("way-home.example/log", LOG, hashlib.sha256(b"thief").digest())
    policy = f"log {thief.verifier}\nquorum none\n"
    data = bundle_of(other.log, case_id, "moscow", sealed(other.log, home.now, key=thief, witnesses=0), policy)
    assert home.checked(data, policy="")[0] == 0, "whoever trusts the bundle itself believes whatever it says"
    assert home.checked(data)[1] == ["the checkpoint is not signed by the log the policy names"]
    assert home.checked(data, policy_text(thief))[1] == ["the checkpoint is not signed by those the policy names"]
    other.close()

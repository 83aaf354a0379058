"""On the screen: what a case gives back that gives way is shown to both who decide it; a family waits by one form."""

from __future__ import annotations

import re
from html import unescape

import pytest

from handlers.queries.access_log import accesses_of_case
from tests.kit.families import MOTHER, SON, family
from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.programmes import with_beds
from tests.kit.story import Story, story
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import form_at, hidden_in, main_of
from workflow.case.proposals import proposals_of
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accommodation.state import accommodation_of


@pytest.fixture
def web(office: Office) -> WebHouse:
    return WebHouse(office)


def test_both_see_what_is_given_back_and_only_then_it_happens(web: WebHouse) -> None:
    office = web.office
    leading, other = story(office), Story(office).does(HoldBed)
    anna, path = web.sign_in(), f"/cases/{leading.case_id}/do/JoinCases"
    page = anna.post(path, form_at(anna, path) | {"other": other.case_id, "gives_way": "true", "give": "1"})
    text = unescape(main_of(page))
    assert f"Case {other.case_id} ends as a duplicate in the same moment." in text
    assert "bed" in text.lower()
    assert other.case.stage == "referral"
    done = anna.post(path, hidden_in(page) | {"give": "1"})
    assert done.headers["location"] == f"/cases/{leading.case_id}?proposed=JoinCases"
    assert [look.account for look in accesses_of_case(office.service.log, other.case_id)], "what is shown is recorded"
    (key,) = proposals_of(leading.case).pending
    boris, decision = web.sign_in(BORIS, ["supervisor"]), f"/cases/{leading.case_id}/decisions/{key}"
    shown = boris.get(decision).text
    assert "The other case ends, with this, as it stands now" in shown
    given = dict(re.findall(r'name="(command_id|expected|proposal_id)" value="([^"]*)"', shown)[:3])
    assert boris.post(f"/cases/{leading.case_id}/do/ConfirmDecision", given | {"give": "1"}).status_code == 303
    assert (other.case.stage, access_of(other.case).led_by) == ("withdrawn", leading.case_id)
    assert accommodation_of(other.case).bed is None


def test_a_family_is_put_on_the_waiting_list_by_one_form(web: WebHouse) -> None:
    office = web.office
    office.publish(with_beds(1))
    story(office).does(HoldBed)
    people = family(office, MOTHER, SON)
    anna, path = web.sign_in(), f"/cases/{people[0].case_id}/together/JoinWaitingList"
    assert "/together/JoinWaitingList" in anna.get(f"/cases/{people[0].case_id}/together").text
    form = form_at(anna, path) | {"member": [one.case_id for one in people], "give": "1"}
    assert anna.post(path, form).status_code == 303
    assert [accommodation_of(one.case).together for one in people] == [{"moscow-centre"}] * 2

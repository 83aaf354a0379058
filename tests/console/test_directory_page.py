"""The directory on the screen: a stop that a case manager can press, changes that hold, and what is shown to whom."""

import asyncio
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi import Request

from console.web.live import changes
from events.facts import directory as facts
from tests.kit.offices import Office, open_office
from tests.kit.people import BORIS, TAMARA
from tests.kit.roads import bring, referred
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.sent import count_of, form_at, hidden_in, surely, untouched
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.directory.entries import KINDS, id_of, parts_of

LISTED = "/directory/moscow/provider/new-start"


@pytest.fixture
def office(office_url: str) -> Iterator[Office]:
    """An office whose provider New Start has people of its own, and a driver whose name nobody has to know."""
    text = shipped_programme_text("moscow")
    if "staff: newstart" not in text:
        text = text.replace("{id: new-start,", "{id: new-start, staff: newstart,", 1)
    with open_office(office_url, text=text) as office:
        yield office


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def page(person: Person, path: str) -> str:
    answer = person.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(str(answer.text)).partition("<main")[2].partition("</main>")[0]


def gives(person: Person, name: str, /, **fields: str) -> str:
    """Fill in a form of the office and return the page it leads to."""
    path = f"/office/moscow/do/{name}"
    answer = surely(person, path, form_at(person, path) | fields)
    assert answer.status_code == 303, unescape(str(answer.text))
    return str(answer.headers["location"])


def confirms(person: Person, decision: str, answer: str = "confirm", **typed: str) -> str:
    """Press a button on the page of what a colleague proposed, and return what is said then."""
    assert decision.startswith("/decisions/"), decision
    answered = person.post(f"{decision}/{answer}", hidden_in(person.get(decision)) | typed, follow_redirects=False)
    return str(answered.headers.get("location", "")) or unescape(str(answered.text))


def by_two(first: Person, second: Person, name: str, /, **fields: str) -> None:
    assert confirms(second, gives(first, name, **fields)).startswith("/directory?")


def helped(office: Office) -> tuple[Story, str]:
    case = bring(story(office, language="ru"), "care")
    return case, referred(case)


def test_a_case_manager_stops_a_provider_from_its_page_and_its_people_see_nothing(
    house: WebHouse, office: Office
) -> None:
    case, own = helped(office)
    anna, nina = house.sign_in(), house.sign_in("newstart:nina", ["partner"])
    assert own in page(nina, "/referrals")
    assert nina.get(f"/referrals/{case.case_id}/{own}/disclose").status_code == 200
    before = page(anna, LISTED)
    assert case.case_id in before
    assert 'class="button danger" href="/office/moscow/do/StopEntry?kind=provider&entry=new-start"' in before
    gives(anna, "StopEntry", kind="provider", entry="new-start", reason="their mailbox was broken into")
    turned_away = nina.get("/referrals", follow_redirects=False)
    assert (turned_away.status_code, turned_away.headers["location"].partition("?")[0]) == (303, "/sign-in")
    assert own not in turned_away.text
    assert nina.get(f"/referrals/{case.case_id}/{own}/disclose", follow_redirects=False).status_code == 303
    work = page(anna, "/work")
    assert "Nothing is sent to New Start any more" in work
    assert case.case_id in work.partition("Nothing is sent")[2].partition("</div>")[0]
    after = page(anna, LISTED)
    assert "Stopped: nothing is sent there" in after
    assert "their mailbox was broken into" in after
    assert "ProposeResumption" in after
    assert "StopEntry" not in after


def test_a_partner_s_open_page_hears_of_nothing_any_more_once_its_organisation_is_stopped(house: WebHouse) -> None:
    anna, nina = house.sign_in(), house.sign_in("newstart:nina", ["partner"])
    cookie = f"{house.house.site.cookie}={nina.client.cookies[house.house.site.cookie]}"
    request = Request({"type": "http", "app": house.app, "headers": [(b"cookie", cookie.encode())]})

    async def watched() -> list[str]:
        heard = []
        async for event in changes(request, house.house.changes, lambda *_: house.house.container.log.size()):
            heard.append(event.decode())
            if len(heard) == 1:
                gives(anna, "StopEntry", kind="provider", entry="new-start", reason="a letter went astray")
        return heard

    first, last = asyncio.run(watched())
    assert first.startswith("event: changed")
    assert last.startswith("event: over")


def test_who_works_for_two_providers_of_one_word_is_stopped_with_the_first(house: WebHouse) -> None:
    boris, nina = house.sign_in(BORIS, ["supervisor"]), house.sign_in("newstart:nina", ["partner"])
    tamara = house.sign_in(TAMARA, ["supervisor"])
    more = "kind: ngo\nservices: [counselling]\nlanguages: [ru]\nstaff: newstart"
    by_two(boris, tamara, "ListEntry", kind="provider", entry="twin", name="Twin", email="twin@example.org", more=more)
    assert nina.get("/referrals").status_code == 200
    gives(boris, "StopEntry", kind="provider", entry="twin", reason="a letter went astray")
    assert nina.get("/referrals", follow_redirects=False).status_code == 303


def test_two_people_resume_it_and_the_second_finds_who_proposed(house: WebHouse) -> None:
    boris, tamara = house.sign_in(BORIS, ["supervisor"]), house.sign_in(TAMARA, ["supervisor"])
    gives(boris, "StopEntry", kind="provider", entry="new-start", reason="a letter went astray")
    decision = gives(boris, "ProposeResumption", kind="provider", entry="new-start", reason="all is well")
    assert "Look and decide" not in page(boris, LISTED)
    assert "You proposed" in confirms(boris, decision)
    assert f'href="{decision}">Look and decide' in page(tamara, LISTED)
    assert "all is well" in page(tamara, decision)
    confirms(tamara, decision)
    assert count_of(house, facts.EntryResumed.__name__) == 1
    assert "Stopped" not in page(tamara, LISTED).partition("history-title")[0]


def test_a_changed_driver_is_told_with_his_history_and_his_address_to_those_only_who_keep_it(
    house: WebHouse, office: Office
) -> None:
    meeter = office.definition.programme.meeters[0].id
    boris, anna = house.sign_in(BORIS, ["supervisor"]), house.sign_in()
    helen = house.sign_in("staff:helen", ["hotline"])
    tamara = house.sign_in(TAMARA, ["supervisor"])
    given = {"kind": "meeter", "entry": meeter, "name": "Zlatovlaska", "email": "canary@example.org"}
    by_two(boris, tamara, "ChangeEntry", **given)
    path = f"/directory/moscow/meeter/{meeter}"
    kept, seen = page(boris, path), page(anna, path)
    assert "canary@example.org" in kept
    assert "Zlatovlaska" in kept
    assert "mail address, name" in kept
    assert "canary" not in seen
    assert "kept sealed" in seen
    assert "Zlatovlaska" in page(anna, "/directory?kind=meeter")  # whoever plans a journey knows who drives
    assert "Zlatovlaska" not in page(helen, "/directory?kind=meeter")
    assert "Zlatovlaska" not in page(helen, path)


def test_the_list_is_narrowed_to_a_kind_and_in_russian(house: WebHouse) -> None:
    anna = house.sign_in()
    listed = page(anna, "/directory?kind=provider")
    assert "Harbour counselling" in listed
    assert "/meeter/" not in listed
    assert anna.get("/directory?kind=nothing").status_code == 404
    assert anna.get("/directory/moscow/provider/nobody").status_code == 404
    rita = house.sign_in("staff:rita", ["supervisor"], language="ru")
    assert "Организации" in page(rita, "/directory")
    assert "Остановить немедленно" in page(rita, LISTED)


def test_an_entry_s_short_name_stands_on_its_own_page_and_not_under_every_name(house: WebHouse) -> None:
    anna = house.sign_in()
    assert "<small>new-start</small>" not in page(anna, "/directory?programme=moscow&kind=provider")
    assert '<dt>Short name</dt><dd class="number">new-start</dd>' in page(anna, LISTED)


def test_the_page_of_a_programme_names_what_its_file_left_alone(house: WebHouse, office: Office) -> None:
    boris = house.sign_in(BORIS, ["supervisor"])
    tamara = house.sign_in(TAMARA, ["supervisor"])
    by_two(boris, tamara, "ChangeEntry", kind="provider", entry="harbour", email="right@harbour.example.org")
    assert "The console's record holds" not in page(boris, "/settings/programmes/moscow")
    office.publish(office.text.replace("desk@harbour", "stale@harbour", 1))
    told = page(boris, "/settings/programmes/moscow")
    assert "The console's record holds" in told
    assert 'href="/directory/moscow/provider/harbour"' in told
    assert "Left as the console has it" in page(boris, "/directory/moscow/provider/harbour")


def test_a_form_of_the_directory_offers_what_there_is_and_says_what_cannot_be_read(house: WebHouse) -> None:
    boris, path = house.sign_in(BORIS, ["supervisor"]), "/office/moscow/do/ListEntry"
    given = {"kind": "provider", "entry": "lighthouse", "name": "Lighthouse", "email": "desk@lighthouse.example.org"}
    wrong = boris.post(path, form_at(boris, path) | given | {"more": "[not keys"})
    assert wrong.status_code == 422
    assert "one key a line" in unescape(str(wrong.text))
    lacking = boris.post(path, form_at(boris, path) | given)
    assert lacking.status_code == 422
    assert "kind, services, languages" in unescape(str(lacking.text))
    more = "kind: ngo\nservices: [local_referral]\nlanguages: [ru]"
    by_two(boris, house.sign_in(TAMARA, ["supervisor"]), "ListEntry", **given, more=more)
    assert "Lighthouse" in page(boris, "/directory?kind=provider")
    assert "lighthouse" in page(boris, "/office/moscow/do/EndEntry?kind=provider&entry=lighthouse")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_entry_is_shown_in_its_form_as_it_is(house: WebHouse, office: Office, kind: str) -> None:
    """Sent back as it came, an entry is unchanged: the form shows every key, and none is read as another."""
    boris = house.sign_in(BORIS, ["supervisor"])
    for part in parts_of(office.definition.programme, kind):
        path = f"/directory/moscow/{kind}/{id_of(part)}/change"
        answer = boris.post(path, untouched(boris, path))
        assert answer.status_code == 422, (path, answer.headers.get("location"))
        assert "Nothing would change" in unescape(answer.text), path


def test_a_driver_is_added_without_anything_of_a_programme_file(house: WebHouse, office: Office) -> None:
    boris = house.sign_in(BORIS, ["supervisor"])
    path = "/directory/moscow/meeter"
    assert f'href="{path}"' in page(boris, "/directory?kind=meeter")
    typed = untouched(boris, path)
    number = typed["entry"][0]
    assert number.startswith("meeter-")
    without = boris.post(path, typed | {"name": ["Zlatovlaska"], "email": ["canary"]})
    assert without.status_code == 422
    assert "Write it like desk@example.org" in unescape(without.text)
    assert "Languages spoken: This is needed" in unescape(without.text)
    filled = typed | {"name": ["Zlatovlaska"], "email": ["canary@example.org"], "languages": ["ru", "uz"]}
    decision = boris.post(path, filled).headers["location"]
    assert number not in {one.id for one in office.definition.programme.meeters}
    assert "Zlatovlaska" in page(boris, decision)
    confirms(house.sign_in(TAMARA, ["supervisor"]), decision)
    (told,) = [one for one in office.definition.programme.meeters if one.id == number]
    assert set(told.languages) == {"ru", "uz"}


def test_a_house_gets_another_room_and_hours_and_loses_its_last_day(house: WebHouse, office: Office) -> None:
    boris = house.sign_in(BORIS, ["supervisor"])
    house_id = next(one.id for one in office.definition.programme.facilities if one.rooms)
    path = f"/directory/moscow/facility/{house_id}/change"
    typed = untouched(boris, path)
    again = boris.post(path, typed | {"add_row": ["1"]})
    rooms = len([name for name in typed if name.endswith("-id")])
    assert f'name="rooms-{rooms}-id"' in again.text
    more = {f"rooms-{rooms}-id": ["attic"], f"rooms-{rooms}-beds": ["2"], f"rooms-{rooms}-for": ["women"],
            f"rooms-{rooms}-minors": ["allowed"], "hours_opens": ["08:00"], "hours_closes": ["07:00"],
            "hours_days": ["mo", "sa"], "closes": [""]}  # fmt: skip
    assert "It closes before it opens" in unescape(boris.post(path, typed | more).text)
    decision = boris.post(path, typed | more | {"hours_closes": ["20:00"]}).headers["location"]
    assert "attic" in page(boris, decision).lower()
    confirms(house.sign_in(TAMARA, ["supervisor"]), decision)
    told = office.definition.programme.facility_of[house_id]
    assert (told.rooms[-1].id, told.rooms[-1].beds, told.rooms[-1].who) == ("attic", 2, "women")
    assert told.hours is not None
    assert (told.hours.days, f"{told.hours.opens:%H:%M}", told.closes) == (("mo", "sa"), "08:00", None)


def test_what_somebody_else_changed_meanwhile_is_not_written_over(house: WebHouse, office: Office) -> None:
    boris, tamara = house.sign_in(BORIS, ["supervisor"]), house.sign_in(TAMARA, ["supervisor"])
    path = f"{LISTED}/change"
    typed = untouched(boris, path)
    by_two(tamara, boris, "ChangeEntry", kind="provider", entry="new-start", email="new@start.example.org")
    late = boris.post(path, typed | {"name": ["Newest Start"]})
    assert late.status_code == 409
    assert "Somebody changed this entry meanwhile" in unescape(late.text)
    assert office.definition.programme.provider_of["new-start"].email == "new@start.example.org"


@pytest.mark.parametrize("pressed", ["add_row", "keep"])
def test_a_form_drawn_again_meanwhile_still_knows_which_entry_its_reader_saw(
    house: WebHouse, office: Office, pressed: str
) -> None:
    """One more row, or a draft found again a day later: neither hides what somebody else changed since."""
    boris, tamara = house.sign_in(BORIS, ["supervisor"]), house.sign_in(TAMARA, ["supervisor"])
    path = f"{LISTED}/change"
    typed = untouched(boris, path) | {"name": ["Newest Start"]}
    boris.post(path, typed | {"keep": ["1"]})
    by_two(tamara, boris, "ChangeEntry", kind="provider", entry="new-start", email="new@start.example.org")
    again = boris.post(path, typed | {pressed: ["1"]})
    found = boris.get(f"{path}?draft={typed['command_id'][0]}")
    for drawn in (again, found):
        answer = boris.post(path, typed | {"expected": hidden_in(drawn)["expected"]})
        assert answer.status_code == 409
        assert "Somebody changed this entry meanwhile" in unescape(answer.text)
    told = boris.post(path, typed | {"expected": hidden_in(answer)["expected"], "email": ["new@start.example.org"]})
    assert told.status_code == 303
    assert office.definition.programme.provider_of["new-start"].email == "new@start.example.org"


def test_whoever_may_not_keep_the_directory_finds_no_form_of_it(house: WebHouse) -> None:
    anna = house.sign_in()
    assert anna.get("/directory/moscow/meeter").status_code in (403, 404)
    boris = house.sign_in(BORIS, ["supervisor"])
    assert boris.get("/directory/moscow/nothing").status_code == 404
    assert boris.get("/directory/moscow/provider/nobody/change").status_code == 404

"""Whoever did something is called by a name on pages; the account is beside it in small, for whoever must know it."""

from __future__ import annotations

import re

import pytest

from console.words.people import called, person
from console.words.translation import Words
from tests.kit.offices import Office
from tests.kit.roads import bring
from tests.kit.story import story
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import form_at, main_of
from tests.kit.world import moscow

SHOWN = re.compile(r">[^<>]*\b(staff:[a-z]+|newstart:[a-z]+|meeter-\d+)\b[^<>]*<")


def test_drivers_and_organisations_are_called_as_the_directory_has_them() -> None:
    programme, words = moscow().programme, Words("en")
    assert called("meeter-02", words, programme) == "Second driver"
    assert called("newstart:olga", words, programme) == "Olga (New Start)"
    assert called("meeter-99", words, programme) == "meeter-99"
    assert called("staff:anna", words, programme) == "Anna"


def test_a_name_is_escaped_like_everything_else() -> None:
    assert person('staff:x"><script>', Words("en")) == (
        '<span title="staff:x&#34;&gt;&lt;script&gt;">X&#34;&gt;&lt;script&gt;</span>'
    )


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_account_stands_in_the_text_of_the_pages_of_a_case(office: Office, language: str) -> None:
    web = WebHouse(office)
    case = bring(story(office), "care")
    anna = web.sign_in(language=language)
    boris = web.sign_in("staff:boris", ["supervisor"], language=language)
    note = f"/cases/{case.case_id}/do/AddNote"
    boris.post(note, form_at(boris, note) | {"note": "seen"})
    for path in ("/work", "/cases", "/travel", "/beds", f"/cases/{case.case_id}", f"/cases/{case.case_id}/history"):
        page = main_of(anna.get(path))
        assert not SHOWN.findall(page), path
    assert 'title="staff:boris">Boris<' in anna.get(f"/cases/{case.case_id}").text


def test_the_auditor_reads_the_account_beside_the_name(office: Office) -> None:
    web = WebHouse(office)
    bring(story(office), "reception")
    page = web.sign_in("staff:ada", ["auditor"]).get("/history")
    assert '<small class="number">staff:' in page.text


def test_a_colleague_is_chosen_by_name(office: Office) -> None:
    web = WebHouse(office)
    case = bring(story(office), "care")
    vera = web.sign_in("staff:vera", ["supervisor"])
    page = main_of(vera.get(f"/cases/{case.case_id}/do/AssignCase"))
    assert re.search(r'value="staff:vera"[^>]*>\s*Vera', page)
    web.sign_in("staff:maria")
    assert re.search(r'value="staff:maria"[^>]*>\s*Maria', main_of(vera.get("/office/moscow/do/NameStandIn")))

"""Nothing typed is lost: drafts are kept, offered again, and gone once they are sent."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

from console.forms.given import ENVELOPE
from console.subjects import CASE_FORMS, OFFICE_FORMS
from console.web.drafts import BUTTONS
from events.errors import StoreReadOnly
from handlers.drafts.store import Drafts
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.story import Story
from tests.kit.web import canary
from tests.kit.web.drafts import JSON, TEXT, kept, rows, typed_in
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import count_of, form_at, hidden_in, main_of
from workflow.command import fields_of


@ON_BOTH_DATABASES
def test_what_is_typed_is_kept_offered_again_and_gone_once_it_is_sent(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    form = form_at(anna, note)
    told = kept(anna, note, form)
    assert told["draft"] == form["command_id"]
    assert "Kept as a draft" in told["said"]
    offered = anna.get(note)
    assert TEXT not in offered.text
    assert f"{note}?draft={told['draft']}" in unescape(offered.text)
    again = anna.get(f"{note}?draft={told['draft']}")
    assert typed_in(again) == TEXT
    assert hidden_in(again)["command_id"] == form["command_id"]
    assert anna.post(note, hidden_in(again) | {"note": TEXT}).status_code == 303
    assert anna.post(note, hidden_in(again) | {"note": TEXT}).status_code == 303
    assert count_of(web, "NoteAdded") == 1
    assert not rows(web)


def test_a_draft_is_saved_without_a_script(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    page = anna.post(note, form_at(anna, note) | {"note": TEXT, "keep": "1"})
    assert page.status_code == 200
    assert typed_in(page) == TEXT
    assert "Kept as a draft at" in main_of(page)
    assert count_of(web, "NoteAdded") == 0


def test_a_draft_is_sealed_and_nobody_else_gets_it(web: WebHouse, note: str) -> None:
    anna, boris = web.sign_in(), web.sign_in("staff:boris", ["supervisor"])
    root = web.sign_in("staff:rosa", ["administrator"])
    with canary.overheard() as lines:
        told = kept(anna, note, form_at(anna, note), canary.STORY)
    assert not canary.is_in("\n".join(lines))
    assert canary.kept_in_the_clear(web.office) == []
    assert told["draft"] not in boris.get(note).text
    assert typed_in(boris.get(f"{note}?draft={told['draft']}")) == ""
    assert not canary.is_in(boris.get("/drafts").text + root.get("/drafts").text)
    assert "You have no drafts." in boris.get("/drafts").text
    boris.post("/drafts", {"drop": told["draft"]})
    assert typed_in(anna.get(f"{note}?draft={told['draft']}")) == canary.STORY


def test_a_case_number_typed_in_another_way_is_the_same_form(web: WebHouse, case: Story, note: str) -> None:
    anna = web.sign_in()
    odd = note.replace(case.case_id, case.case_id.lower().replace("-", "%20"))
    told = kept(anna, odd, form_at(anna, odd))
    assert typed_in(anna.get(f"{note}?draft={told['draft']}")) == TEXT


def test_a_command_that_was_carried_out_is_not_undone_by_a_store_that_cannot_be_written(
    web: WebHouse, note: str
) -> None:
    class ReadOnly(Drafts):
        def drop(self, account: str, draft: str) -> None:
            raise StoreReadOnly("the disk is read-only now")

        def keep(self, *_: Any, **__: Any) -> Any:
            raise StoreReadOnly("the disk is read-only now")

    anna = web.sign_in()
    form = form_at(anna, note)
    container = web.house.container
    broken = ReadOnly(container.database, container.keys, container.chance)
    web.app.state.web = replace(web.house, drafts=broken)
    assert anna.post(note, form | {"note": ""}).status_code == 422
    assert "could not be kept" in anna.post(note, form | {"note": TEXT, "keep": "1"}, headers=JSON).json()["said"]
    assert anna.post(note, form | {"note": TEXT}).status_code == 303


def test_a_draft_that_is_thrown_away_is_gone(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    told = kept(anna, note, form_at(anna, note))
    page = anna.get(f"{note}?draft={told['draft']}")
    assert "Throw it away" in main_of(page)
    gone = anna.post(note, hidden_in(page) | {"drop": told["draft"]})
    assert gone.headers["location"] == note
    assert not rows(web)


def test_no_field_of_a_command_is_called_like_a_button_or_what_a_form_carries() -> None:
    carried = BUTTONS | ENVELOPE - {"_token", "command_id", "expected"} | {"draft"}
    named = {name for kind in (*CASE_FORMS.values(), *OFFICE_FORMS.values()) for name in fields_of(kind)}
    assert not named & carried


@ON_BOTH_DATABASES
def test_two_windows_with_one_draft_lose_neither(web: WebHouse, note: str) -> None:
    anna = web.sign_in()
    first = kept(anna, note, form_at(anna, note))
    left, right = (hidden_in(anna.get(f"{note}?draft={first['draft']}")) for _ in range(2))
    web.office.clock.advance(timedelta(seconds=5))
    told_left, told_right = kept(anna, note, left, "from the left"), kept(anna, note, right, "from the right")
    assert told_left["draft"] == first["draft"]
    assert told_right["draft"] != first["draft"]
    told_left = kept(anna, note, left | {"kept": told_left["kept"]}, "from the left side")
    assert told_left["draft"] == first["draft"]
    found = {typed_in(anna.get(f"{note}?draft={one['draft']}")) for one in (told_left, told_right)}
    assert found == {"from the left side", "from the right"}
    assert len(rows(web)) == 2


def test_a_refused_form_is_kept_so_that_the_help_and_the_way_back_lose_nothing(web: WebHouse, case: Story) -> None:
    anna, path = web.sign_in(), f"/cases/{case.case_id}/do/AdvanceCase"
    refused = anna.post(path, form_at(anna, path) | {"trigger": "arrange_documents", "reason": ""})
    assert refused.status_code == 422
    assert 'data-kept="1"' in refused.text
    helping = re.search(r'<a class="button" href="([^"]+/do/[^"]+)"', main_of(refused))
    assert helping
    assert anna.get(unescape(helping[1])).status_code == 200
    assert "Begun and not sent" in anna.get(f"/cases/{case.case_id}").text
    back = anna.get(f"{path}?draft={hidden_in(refused)['command_id']}")
    assert '<option value="arrange_documents" selected>' in back.text


def test_a_draft_shows_what_changed_of_the_case_since(web: WebHouse, case: Story, note: str) -> None:
    anna = web.sign_in()
    told = kept(anna, note, form_at(anna, note))
    boris = web.sign_in("staff:boris", ["supervisor"])
    risk = f"/cases/{case.case_id}/do/AssessRisk"
    sent = boris.post(
        risk, form_at(boris, risk) | {"level": "high", "safe_to_return": "false", "note": "a car outside"}
    )
    assert sent.status_code == 303, main_of(sent)
    page = anna.get(f"{note}?draft={told['draft']}")
    assert "What changed meanwhile" in main_of(page)
    assert typed_in(page) == TEXT
    assert anna.post(note, hidden_in(page) | {"note": TEXT}).status_code == 303


def test_a_conflict_keeps_what_was_wanted(web: WebHouse, case: Story) -> None:
    anna, boris = web.sign_in(), web.sign_in("staff:boris", ["supervisor"])
    path = f"/cases/{case.case_id}/do/AdvanceCase"
    form = form_at(anna, path) | {"trigger": "arrange_documents", "reason": ""}
    note = f"/cases/{case.case_id}/do/AddNote"
    assert boris.post(note, form_at(boris, note) | {"note": "was faster"}).status_code == 303
    overtaken = anna.post(path, form)
    assert overtaken.status_code == 409
    assert [row["place"] for row in rows(web)] == [path]


def test_a_new_referral_is_kept_before_there_is_a_case(web: WebHouse, office: Office) -> None:
    anna = web.sign_in()
    form = hidden_in(anna.post("/cases/new/form", {"programme": "moscow", "name": canary.NAME}))
    given = form | {"programme": "moscow", "name": canary.NAME, "source": "ngo", "keep": "1"}
    told = anna.post("/cases/new/open", given, headers=JSON).json()
    assert canary.kept_in_the_clear(office) == []
    assert f"/cases/new/form?draft={told['draft']}" in unescape(anna.get("/cases/new").text)
    again = anna.get(f"/cases/new/form?draft={told['draft']}")
    assert canary.NAME in again.text
    opened = anna.post("/cases/new/open", hidden_in(again) | {"programme": "moscow", "name": "Ana", "source": "ngo"})
    assert opened.status_code == 303, main_of(opened)
    assert not rows(web)

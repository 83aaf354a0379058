"""What tired, hurried and hostile people send: an answer they understand, nothing stored, nothing told to the logs."""

from __future__ import annotations

import io
import json
import logging
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import pytest
from httpx2 import Response

from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import bring, grant, referred
from tests.kit.story import Story, story
from tests.kit.web.canary import LATIN, NAME, PHONE, STORY, addresses, is_in, kept_in_the_clear, overheard
from tests.kit.web.doorways import been_here, begun, hidden, one_time
from tests.kit.web.houses import OWN, Person, WebHouse
from tests.kit.web.sent import count_of, form_at
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.intake.commands import AddNote

FORM: Final = "application/x-www-form-urlencoded"
WORDS: Final = ("Traceback", "Exception", "pydantic", "sqlalchemy", "Error at", ".py")
Sent = tuple[str, str, Mapping[str, Any]]

# -- what cannot be read ---------------------------------------------------------------------------------------------

UNREADABLE: Final[Mapping[str, Sent]] = {
    "a form of two megabytes": ("POST", "/cases/find", {"data": {"name": "а" * 700_000}}),
    "a file where none is asked for": ("POST", "/cases/find", {"files": {"file": ("a.txt", b"x", "text/plain")}}),
    "eleven megabytes for the bank": ("POST", "/upload/statement", {"files": {"file": ("a.xml", b"<a/>" * 2_900_000)}}),
    "a thousand and one fields": ("POST", "/cases/find", {"data": {f"field{n}": "x" for n in range(1100)}}),
    "XML instead of a form": ("POST", "/cases/find", {"content": b"<a/>", "headers": {"content-type": "text/xml"}}),
    "text instead of a form": ("POST", "/cases/find", {"content": b"a=b", "headers": {"content-type": "text/plain"}}),
    "no type at all": ("POST", "/cases/find", {"content": b"a=b"}),
    "a form in pieces that are none": (
        "POST",
        "/cases/find",
        {"content": b"--x\r\nbroken", "headers": {"content-type": "multipart/form-data"}},
    ),
    "a length that is no number": (
        "POST",
        "/cases/find",
        {"content": b"a=b", "headers": {"content-type": FORM, "content-length": "many"}},
    ),
    "a form for the API": ("POST", "/api/v1/cases", {"content": b"a=b", "headers": {"content-type": FORM}}),
    "JSON that ends too early": ("POST", "/api/v1/cases", {"json_text": b'{"a": '}),
    "JSON of a hundred levels": ("POST", "/api/v1/cases", {"json_text": b"[" * 100 + b"]" * 100}),
    "JSON that says a thing twice": ("POST", "/api/v1/cases", {"json_text": b'{"source": "ngo", "source": "self"}'}),
    "JSON with half a letter": ("POST", "/api/v1/cases", {"json_text": b'{"name": "\\ud800"}'}),
    "JSON with no number": ("POST", "/api/v1/cases", {"json_text": b'{"a": NaN}'}),
    "JSON with a number of a thousand digits": ("POST", "/api/v1/cases", {"json_text": b"1" * 1000}),
    "JSON that is not UTF-8": ("POST", "/api/v1/cases", {"json_text": b'{"a": "\xff"}'}),
    "a NUL in an address": ("GET", "/cases/%00", {}),
    "a NUL in a case number": ("GET", "/cases/7K3P9%00QXM2D", {}),
    "bytes that are no letters in an address": ("GET", "/cases/%ff%fe", {}),
    "an address of fifty thousand letters": ("GET", "/cases/" + "7" * 50_000, {}),
    "a way out of the folder": ("GET", "/static/../../../../etc/passwd", {}),
    "a way out of the folder, written in numbers": ("GET", "/static/x/%2e%2e%2f%2e%2e%2fetc%2fpasswd", {}),
    "a way out of the folder by the other slash": ("GET", "/static/x/..%5C..%5Cpyproject.toml", {}),
    "a file of ours under another digest": ("GET", "/static/000000000000/wayhome.css", {}),
    "a file nobody offers": ("GET", "/static/x/.htaccess", {}),
    "a page number that is none": ("GET", "/cases/7K3P9-QXM2D/history?before=-1e309", {}),
    "a method nobody uses": ("PATCH", "/cases", {}),
    "a way of asking that is none": ("TRACE", "/cases", {}),
    "another office's name": ("GET", "/cases", {"headers": {"host": "elsewhere.example"}}),
}


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def anna(house: WebHouse) -> Person:
    return house.sign_in(roles=["case_manager", "medical"])


@contextmanager
def nothing_stored(office: Office) -> Iterator[None]:
    size = office.service.log.size()
    yield
    assert office.service.log.size() == size


def knocked(person: Person, method: str, path: str, more: Mapping[str, Any]) -> Response:
    """Send something as it is, with the token of the session where a form can hold one."""
    more = dict(more)
    headers = {"x-wayhome-token": person.session.csrf, **more.pop("headers", {})}
    if "json_text" in more:
        more["content"], headers["content-type"] = more.pop("json_text"), "application/json"
    if "data" in more or "files" in more:
        more["data"] = {"_token": person.session.csrf, **more.get("data", {})}
    return person.client.request(method, path, headers=headers, **more)


@ON_BOTH_DATABASES
def test_what_cannot_be_read_is_answered_plainly_and_leaves_nothing_behind(house: WebHouse, anna: Person) -> None:
    with nothing_stored(house.office):
        for what, (method, path, more) in UNREADABLE.items():
            answer = knocked(anna, method, path, more)
            assert 400 <= answer.status_code < 500, (what, answer.status_code)
            assert not [word for word in WORDS if word in answer.text], (what, answer.text)
            kind = answer.headers["content-type"]
            wanted = "application/problem+json" if path.startswith("/api/") else "text/"
            assert kind.startswith(wanted), (what, kind)
    assert anna.get("/work").status_code == 200, "and it goes on"


@ON_BOTH_DATABASES
def test_letters_that_cannot_be_kept_are_refused_where_they_were_typed(house: WebHouse, anna: Person) -> None:
    case = bring(Story(house.office), "care")
    path = f"/cases/{case.case_id}/do/AddNote"
    with nothing_stored(house.office):
        for note in ("a\x00b", "\x1b[31m", "x" * 60_000):
            answer = anna.post(path, form_at(anna, path) | {"note": note})
            assert answer.status_code == 422, note
            assert not [word for word in WORDS if word in answer.text]


@ON_BOTH_DATABASES
@pytest.mark.parametrize(
    "search", ["\x00", "%", "_", "'; drop table events; --", "\u202egpj.exe", "{{7*7}}", "а" * 900]
)
def test_strange_words_in_a_search_find_nobody_and_break_nothing(house: WebHouse, anna: Person, search: str) -> None:
    Story(house.office, name="Анна Иванова", age_band=...)
    with nothing_stored(house.office):
        answer = anna.post("/cases/find", {"name": search, "birth_date": search, "phone": search})
    assert answer.status_code in (200, 422)
    assert "49" not in answer.text.partition("<main")[2].partition("</main>")[0]
    for name in ("after", "before", "number", "stage", "view", "whose", "done", "parts", "programme"):
        for path in (
            "/cases",
            "/cases/go",
            "/work",
            "/beds",
            "/travel",
            "/grants",
            "/ledger",
            "/referrals",
            "/hotline",
        ):
            assert anna.get(path, params={name: search}).status_code < 500, (path, name)


# -- things of others ------------------------------------------------------------------------------------------------


def test_a_form_that_names_another_case_s_things_changes_neither_case(house: WebHouse, office: Office) -> None:
    one, other = bring(story(office), "reintegration"), bring(story(office), "reintegration")
    grant_id, referral_id = grant(other), referred(other)
    here = f"/cases/{one.case_id}/do"
    money = {
        f"/grants/{one.case_id}/{grant_id}/release": {"expected": "999"},
        f"{here}/ReleaseTranche": {"grant_id": grant_id},
        f"/api/v1/cases/{one.case_id}/commands/ReleaseTranche": {"grant_id": grant_id},
    }
    help_of_others = {
        f"{here}/CloseReferral": {"referral_id": referral_id},
        f"{here}/RecordReferralServed": {"referral_id": referral_id},
        f"/referrals/{one.case_id}/{referral_id}/disclose": {"why": "the first meeting"},
        f"/api/v1/cases/{one.case_id}/commands/CloseReferral": {"referral_id": referral_id},
    }
    clara, anna = house.sign_in(CLARA, ["finance_release"]), house.sign_in()
    with nothing_stored(office):
        for person, forms in ((clara, money), (anna, help_of_others)):
            for path, fields in forms.items():
                given = {"command_id": str(office.uuid()), **fields}
                more = {"json_text": _json(given)} if path.startswith("/api/") else {"data": given}
                assert knocked(person, "POST", path, more).status_code in (404, 422), path


def test_nobody_sends_in_another_s_name(house: WebHouse, anna: Person) -> None:
    case = bring(Story(house.office), "care")
    path = f"/cases/{case.case_id}/do/AddNote"
    forged = {"actor": BORIS, "mandate": "supervisor", "case_id": "7K3P9-QXM2D", "occurred_at": "1999-01-01T00:00"}
    anna.post(path, form_at(anna, path) | {"note": "she asked for a doctor"} | forged)
    last = house.office.service.log.stream(f"case:{case.case_id}")[-1].envelope
    assert (last.actor, last.mandate) == (anna.account, "case_manager")
    with nothing_stored(house.office):
        body = {"note": "x", "actor": BORIS}
        answer = knocked(anna, "POST", f"/api/v1/cases/{case.case_id}/commands/AddNote", {"json_text": _json(body)})
        assert answer.status_code == 422


# -- sent again, from elsewhere, or too late -------------------------------------------------------------------------


def test_a_form_sent_ten_times_is_carried_out_once(house: WebHouse, anna: Person) -> None:
    case = bring(Story(house.office), "care")
    path = f"/cases/{case.case_id}/do/AddNote"
    form = form_at(anna, path) | {"note": "she asked for a doctor"}
    assert {anna.post(path, form).status_code for _ in range(10)} == {303}
    assert count_of(house, "NoteAdded") == 1
    with nothing_stored(house.office):
        assert anna.post(path, form | {"note": "something else under the same number"}).status_code == 409


def test_a_form_of_another_site_another_session_or_one_that_is_over_is_not_taken(house: WebHouse, anna: Person) -> None:
    case = bring(Story(house.office), "care")
    path = f"/cases/{case.case_id}/do/AddNote"
    form = form_at(anna, path) | {"note": "she asked for a doctor"}
    boris = house.sign_in(BORIS)
    with nothing_stored(house.office):
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}, {"origin": "null"}):
            assert anna.post(path, form, headers=headers).status_code == 403
        assert Person(anna.client, boris.session).post(path, form | {"_token": boris.session.csrf}).status_code == 403
        assert anna.post(path, form | {"_token": ""}).status_code == 403
        house.clock.advance(timedelta(hours=9))
        late = anna.post(path, form)
        assert (late.status_code, late.headers["location"].partition("?")[0]) == (303, "/sign-in")
        assert house.client().post(path, data=form).headers["location"].startswith("/sign-in")


def test_nothing_that_is_sent_makes_a_header(house: WebHouse, anna: Person) -> None:
    split = "x\r\nset-cookie: stolen=1\r\nlocation: https://elsewhere.example"
    with nothing_stored(house.office):
        answers = [
            anna.post("/cases/views", {"name": split, "filters": split}),
            anna.post("/language", {"language": split, "back": split}),
            anna.get("/cases/go", params={"number": split}),
            anna.get("/cases/%0d%0aset-cookie:%20stolen=1"),
            anna.get("/history/of", params={"case": split}),
            house.client().get("/sign-in", params={"back": split}),
            house.client().get("/work%0d%0aset-cookie:stolen=1"),
        ]
    for answer in answers:
        assert answer.status_code < 500
        assert "stolen" not in str(answer.headers)
        assert "elsewhere" not in answer.headers.get("location", "")


# -- files -----------------------------------------------------------------------------------------------------------

BILLION_LAUGHS: Final = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><Document>&m;</Document>"
).encode()
OUTSIDE: Final = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'
ANCHORS: Final = "a: &a [x]\n" + "\n".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]" for n in range(12)
)


def _zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("statement.xml", b"\0" * 50_000_000)
    return file.getvalue()


def _statements() -> dict[str, bytes]:
    return {
        "entities that multiply": BILLION_LAUGHS,
        "the same for a status report": BILLION_LAUGHS.replace(b"<Document>", b"<Document xmlns='pain.002'>"),
        "a file of this machine": OUTSIDE,
        "entities in another alphabet": BILLION_LAUGHS.decode().encode("utf-16"),
        "a bomb": _zip_bomb(),
        "a hundred thousand levels": b"<a>" * 100_000 + b"</a>" * 100_000,
        "a program": b"MZ\x90\x00" + b"\0" * 5000,
        "nothing but NULs": b"\0" * 100_000,
    }


PROGRAMMES: Final = {
    "aliases that multiply": ANCHORS,
    "an object": "!!python/object/apply:os.system ['echo hacked']",
    "a hundred thousand levels": "[" * 100_000,
    "letters that are none": "programme: \x00",
    "a page": "<html><script>alert(1)</script></html>",
    "too long": "a: b\n" * 200_000,
}


def test_a_hostile_file_for_the_bank_is_refused_in_words(house: WebHouse) -> None:
    clara = house.sign_in(CLARA, ["finance_release"])
    with nothing_stored(house.office):
        for what, data in _statements().items():
            began = time.process_time()
            answer = clara.post("/upload/statement", {"programme": "moscow"}, files={"file": ("s.xml", data)})
            assert answer.status_code == 422, (what, answer.status_code)
            assert "root:" not in answer.text
            assert time.process_time() - began < 5, what


@pytest.mark.parametrize("as_file", [True, False])
def test_a_hostile_programme_file_is_refused_with_its_faults(house: WebHouse, *, as_file: bool) -> None:
    boris = house.sign_in(BORIS, ["supervisor"])
    with nothing_stored(house.office):
        for what, text in PROGRAMMES.items():
            began = time.process_time()
            given = {"deed": "publish", "_command_id": str(house.office.uuid())}
            files = {"file": ("p.yaml", text.encode())} if as_file else None
            answer = boris.post("/upload/programme", given if as_file else given | {"text": text}, files=files)
            assert answer.status_code in ((422,) if as_file else (422, 400)), (what, answer.status_code)
            assert "<script>alert" not in answer.text
            assert time.process_time() - began < 5, what


# -- languages and clocks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish", ["", "*", "ru;q=nan", "tlh, x-klingon;q=9", ";;;,,,", "en;q=-1", "a" * 20_000, "ru" * 5000, "ру", "ru\x00"]
)
def test_whatever_language_is_wished_for_the_page_is_in_one_of_ours(house: WebHouse, wish: str) -> None:
    page = house.client().get("/sign-in", headers={b"accept-language": wish.encode()})
    assert page.status_code == 200
    assert '<html lang="en"' in page.text or '<html lang="ru"' in page.text


@pytest.mark.parametrize("hours", [-12, -1, 1, 5, 24])
def test_a_telephone_whose_clock_is_hours_off_is_told_so_and_lets_nobody_in(house: WebHouse, hours: int) -> None:
    app = been_here(house, one_time(house, ANNA))
    client = house.client()
    page = begun(client, ANNA, OWN)
    given = {"_token": hidden(page, "_token"), "back": hidden(page, "back")}
    code = app.code(house.clock.now() + timedelta(hours=hours))
    with nothing_stored(house.office):
        answer = client.post("/sign-in/code", data=given | {"code": code})
    assert answer.status_code == 422
    assert "clock" in answer.text, "the page says what to look at"
    assert client.get("/work").headers["location"].startswith("/sign-in")


# -- what nobody may find afterwards ---------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_no_name_gets_into_a_log_an_address_or_the_open_part_of_the_database(house: WebHouse, office: Office) -> None:
    anna = house.sign_in(roles=["case_manager", "medical"])
    with overheard() as lines:
        case = story(office, name=NAME, phone=PHONE, story=STORY, age_band=...)
        case.does(AddNote, note=STORY)
        answers = [*_said_rightly(anna, case), *_said_wrongly(anna, case)]
        answers += [anna.get(f"/cases/{case.case_id}{path}") for path in ("", "/history", "/do", "/open", "/review")]
    assert {answer.status_code for answer in answers} & {200, 303, 404, 422}
    assert not [answer.url for answer in answers if is_in(addresses(answer))]
    assert not [line for line in lines if is_in(line)]
    assert kept_in_the_clear(office) == []


def test_the_canary_would_be_noticed(office: Office) -> None:
    with overheard() as lines:
        logging.getLogger("wayhome.console").debug("asked for %s", NAME)
    assert [line for line in lines if is_in(line)]
    assert kept_in_the_clear(office) == []
    office.by_two(OpenAccount, account="staff:zinaida.kanareikina", roles=("donor",), programmes=())
    assert kept_in_the_clear(office)


def _said_rightly(anna: Person, case: Story) -> Iterator[Response]:
    """Send the canary where a name, a number or a story belongs."""
    path = f"/cases/{case.case_id}/do/AddNote"
    yield anna.post("/cases/find", {"name": NAME, "phone": PHONE})
    yield anna.post("/cases/new", {"programme": "moscow", "name": NAME, "phone": PHONE})
    yield anna.post("/cases/new/form", {"programme": "moscow", "name": NAME, "phone": PHONE})
    yield anna.post(path, form_at(anna, path) | {"note": STORY})
    body = {"note": STORY}
    yield knocked(anna, "POST", f"/api/v1/cases/{case.case_id}/commands/AddNote", {"json_text": _json(body)})


def _said_wrongly(anna: Person, case: Story) -> Iterator[Response]:
    """Send it where it has no business: numbers, dates, choices, addresses, and to the door."""
    latin = LATIN
    for name in ("number", "after", "stage", "whose", "view", "programme"):
        yield anna.get("/cases", params={name: latin})
    yield anna.get("/cases/go", params={"number": NAME})
    yield anna.get("/beds", params={"house": NAME})
    yield anna.get(f"/cases/{latin}")
    yield anna.get("/nowhere/at/all", params={"name": NAME})
    yield anna.post("/cases/find", {"birth_date": NAME, "phone": NAME})
    yield anna.post("/cases/views", {"name": "mine", "filters": f"stage={latin}"})
    yield anna.post(f"/cases/{case.case_id}/open", {"parts": latin, "purpose": NAME, "why": "x"})
    yield anna.post(f"/cases/{case.case_id}/do/AssessRisk", {"level": NAME, "command_id": NAME})
    for body in ({"level": NAME}, {LATIN: 1}, {"safe_to_return": NAME}):
        yield knocked(anna, "POST", f"/api/v1/cases/{case.case_id}/commands/AssessRisk", {"json_text": _json(body)})
    yield anna.client.post("/sign-in", data={"account": NAME, "password": NAME, "back": NAME})
    yield anna.client.post("/api/session", json={"account": NAME, "password": NAME, "code": "1"})


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()

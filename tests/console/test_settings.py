"""Settings in a browser: people and their roles, programme files, and the table of rights everybody may read."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from console.accounts.throttle import Source
from handlers.queries.history import publications, published_names
from tests.kit.offices import Office
from tests.kit.web.houses import OWN, Person, WebHouse
from tests.kit.web.sent import surely
from workflow.rights.acts import ACTS, ROLES
from workflow.rights.table import RIGHTS_TABLE

ROOT, ANNA = "staff:root", "staff:anna"
PASSWORD = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def root(house: WebHouse) -> Person:
    """The administrator."""
    return house.sign_in(ROOT, ["administrator"], programmes=())


@pytest.fixture
def zoya(house: WebHouse, root: Person) -> Person:
    """The data-protection officer, who stands behind what the administrator proposes."""
    return house.sign_in("staff:zoya", ["data_protection"])


def sent(person: Person, path: str, data: Mapping[str, Any], house: WebHouse) -> Response:
    return surely(person, path, {"_command_id": str(house.office.uuid()), **data})


def roles_of(house: WebHouse, account: str) -> set[str]:
    found = house.house.accounts.find(account)
    assert found is not None
    return set(found.roles)


# -- people -------------------------------------------------------------------------------------------------------


def proposed(answer: Response) -> str:
    """Return the address of what an officer proposed."""
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/settings/decisions/D-[0-9A-Z]{16}", answer.headers["location"])
    assert found, answer.headers["location"]
    return found.group()


def confirmed(person: Person, path: str, house: WebHouse) -> Response:
    return sent(person, f"{path}/confirm", {}, house)


def test_an_account_is_opened_by_two_and_its_password_shown_once_to_the_second(
    house: WebHouse, root: Person, zoya: Person
) -> None:
    given = {"account": "Anna", "roles": ["case_manager", "supervisor"], "programmes": ["moscow"], "team": "north"}
    form = given | {"language": "ru", "_command_id": str(house.office.uuid())}
    path = proposed(root.post("/settings/people/new", form))
    assert proposed(root.post("/settings/people/new", form)) == path, "sent twice it is proposed once"
    assert house.house.accounts.find(ANNA) is None
    for somebody in (root, zoya):
        page = somebody.get(path).text
        assert all(said in page for said in ("staff:anna", "Case manager", "Supervisor", "moscow", "north"))
    assert path in zoya.get("/work").text
    assert confirmed(root, path, house).status_code == 422, "not by who proposed it"
    shown = confirmed(zoya, path, house)
    password = PASSWORD.search(shown.text)
    assert password
    assert "no-store" in shown.headers["cache-control"]
    assert roles_of(house, ANNA) == {"case_manager", "supervisor"}
    again = confirmed(zoya, path, house)
    assert (again.status_code, password.group() in again.text) == (422, False)
    for somebody in (root, zoya):
        once = sent(somebody, f"/settings/people/{ANNA}/password", {}, house)
        assert PASSWORD.search(once.text) is None
    assert house.house.sign_in.password(ANNA, password.group(), Source("here"))
    third = house.sign_in("staff:olga", ["administrator"])
    assert "staff:anna" in third.get("/work").text, "every officer is told"
    assert "staff:anna" not in root.get("/work").text, "whoever had a hand in it knows"
    assert "staff:anna" in root.get("/settings/decisions").text


def test_a_second_officer_at_the_firsts_screen_hands_the_password_over_in_a_session_of_their_own(
    house: WebHouse, root: Person
) -> None:
    app = house.with_app("staff:zoya", "data_protection")
    house.clock.advance(timedelta(seconds=30))
    path = proposed(sent(root, "/settings/people/new", {"account": "anna", "roles": ["case_manager"]}, house))
    wrong = sent(root, path, {"account": "zoya", "password": "not hers at all", "code": "123456"}, house)
    assert (wrong.status_code, "not hers at all" in wrong.text) == (422, False)
    proof = {"account": "zoya", "password": OWN, "code": app.code(house.clock.now())}
    done = sent(root, path, proof, house)
    assert done.headers["location"] == "/settings/decisions?done=confirm"
    assert house.house.accounts.find(ANNA) is not None
    assert PASSWORD.search(sent(root, f"/settings/people/{ANNA}/password", {}, house).text) is None
    zoya = house.sign_in("staff:zoya")
    assert "Show the one-time password" in zoya.get(f"/settings/people/{ANNA}").text
    assert PASSWORD.search(sent(zoya, f"/settings/people/{ANNA}/password", {}, house).text)


def test_what_is_proposed_is_declined_with_a_reason_or_taken_back(house: WebHouse, root: Person, zoya: Person) -> None:
    new = {"account": "anna", "roles": ["case_manager"]}
    path = proposed(sent(root, "/settings/people/new", new, house))
    assert sent(zoya, f"{path}/decline", {}, house).status_code == 422, "why is asked for"
    assert sent(zoya, f"{path}/decline", {"reason": "not staff"}, house).status_code == 303
    assert "does not wait any more" in zoya.get(path).text
    path = proposed(sent(root, "/settings/people/new", new, house))
    assert sent(zoya, f"{path}/withdraw", {}, house).status_code == 422
    assert sent(root, f"{path}/withdraw", {}, house).status_code == 303
    assert house.house.accounts.find(ANNA) is None


def test_the_rules_about_roles_are_told_in_words(house: WebHouse, root: Person) -> None:
    refused = sent(root, "/settings/people/new", {"account": "boris", "roles": ["administrator", "medical"]}, house)
    assert refused.status_code == 422
    assert "Medical" in refused.text
    assert house.house.accounts.find("staff:boris") is None
    nothing = sent(root, "/settings/people/new", {"account": "No name?", "team": "Ω"}, house)
    assert nothing.status_code == 422
    for said in ("Choose at least one role", "Small Latin letters, digits, dots", "digits and hyphens only"):
        assert said in nothing.text


def test_roles_and_places_are_changed_and_the_person_signs_in_again(
    house: WebHouse, root: Person, zoya: Person
) -> None:
    anna = house.sign_in(ANNA)
    path = proposed(sent(root, f"/settings/people/{ANNA}/roles", {"roles": ["medical"]}, house))
    assert roles_of(house, ANNA) == {"case_manager"}
    assert path in root.get(f"/settings/people/{ANNA}").text
    assert confirmed(zoya, path, house).status_code == 303
    assert roles_of(house, ANNA) == {"medical"}
    assert anna.get("/me").status_code == 303
    placed = {"programmes": ["moscow"], "facilities": ["moscow-centre"], "team": ""}
    confirmed(zoya, proposed(sent(root, f"/settings/people/{ANNA}/place", placed, house)), house)
    found = house.house.accounts.find(ANNA)
    assert found is not None
    assert found.facilities == {"moscow-centre"}


def test_one_officer_takes_a_role_away_at_once(house: WebHouse, root: Person) -> None:
    anna = house.sign_in(ANNA, ["case_manager", "supervisor"])
    changed = sent(root, f"/settings/people/{ANNA}/roles", {"roles": ["case_manager"]}, house)
    assert changed.headers["location"] == f"/settings/people/{ANNA}?done=roles"
    assert "signed out" in root.get(changed.headers["location"]).text
    assert (roles_of(house, ANNA), anna.get("/me").status_code) == ({"case_manager"}, 303)


def test_a_closed_account_is_out_at_once_and_may_be_opened_again(house: WebHouse, root: Person, zoya: Person) -> None:
    anna = house.sign_in(ANNA)
    assert sent(root, f"/settings/people/{ANNA}/close", {"reason": "left"}, house).status_code == 303
    assert anna.get("/me").status_code == 303
    assert "closed" in root.get("/settings/people").text
    assert sent(root, f"/settings/people/{ANNA}/close", {"reason": "left"}, house).status_code == 422
    confirmed(zoya, proposed(sent(root, f"/settings/people/{ANNA}/reopen", {"reason": "back"}, house)), house)
    assert house.sign_in(ANNA).get("/me").status_code == 200


def test_everybody_is_signed_out_under_an_account_at_once(house: WebHouse, root: Person) -> None:
    anna, elsewhere = house.sign_in(ANNA), house.sign_in(ANNA)
    assert sent(root, f"/settings/people/{ANNA}/sign-out", {"reason": "lost_device"}, house).status_code == 303
    assert (anna.get("/me").status_code, elsewhere.get("/me").status_code) == (303, 303)


def test_nobody_changes_their_own_account_and_the_last_administrator_stays(house: WebHouse, root: Person) -> None:
    own = sent(root, f"/settings/people/{ROOT}/roles", {"roles": ["donor"]}, house)
    assert own.status_code == 422
    assert "Change roles" not in root.get(f"/settings/people/{ROOT}").text
    assert roles_of(house, ROOT) == {"administrator"}


def test_changing_an_account_asks_for_a_fresh_second_factor(house: WebHouse, root: Person) -> None:
    house.open_account(ANNA, ["case_manager"])
    stale = house.sign_in(ROOT, strong=False)
    page = stale.get(f"/settings/people/{ANNA}")
    assert page.status_code == 200
    assert "Confirm" in page.text
    assert "<h2" in page.text
    assert "Close the account" not in page.text
    answer = sent(stale, f"/settings/people/{ANNA}/close", {"reason": "left"}, house)
    assert answer.headers["location"] == "/step-up?back=/settings/people/staff%3Aanna"
    assert stale.get("/settings/people/new").headers["location"] == "/step-up?back=/settings/people/new"
    assert roles_of(house, ANNA)


def test_a_reset_takes_two_people_and_gives_a_new_way_in(house: WebHouse, root: Person, zoya: Person) -> None:
    anna = house.sign_in(ANNA)
    path = proposed(sent(root, f"/settings/people/{ANNA}/reset", {}, house))
    assert anna.get("/me").status_code == 200
    shown = confirmed(zoya, path, house)
    assert PASSWORD.search(shown.text)
    assert anna.get("/me").status_code == 303


def test_a_second_person_without_the_office_for_it_is_refused_in_words(house: WebHouse, root: Person) -> None:
    app = house.with_app("staff:boris", "case_manager")
    house.open_account(ANNA, ["case_manager"])
    house.clock.advance(timedelta(seconds=30))
    path = proposed(sent(root, f"/settings/people/{ANNA}/reset", {}, house))
    proof = {"account": "boris", "password": OWN, "code": app.code(house.clock.now())}
    refused = sent(root, path, proof, house)
    assert refused.status_code == 422
    assert "is no officer" in html.unescape(refused.text)
    boris = house.sign_in("staff:boris")
    assert (boris.get(path).status_code, confirmed(boris, path, house).status_code) == (404, 404)


def test_a_decision_about_accounts_asks_for_a_fresh_second_factor(house: WebHouse, root: Person) -> None:
    path = proposed(sent(root, "/settings/people/new", {"account": "anna", "roles": ["case_manager"]}, house))
    stale = house.sign_in("staff:zoya", ["data_protection"], strong=False)
    assert "still you" in stale.get(path).text
    assert confirmed(stale, path, house).headers["location"].startswith("/step-up?back=")
    assert house.house.accounts.find(ANNA) is None


def test_forged_replayed_and_foreign_forms_change_nothing(house: WebHouse, root: Person) -> None:
    house.open_account(ANNA, ["case_manager", "legal"])
    path, roles = f"/settings/people/{ANNA}/roles", {"roles": ["medical"]}
    for number in ("", "not a number", "0" * 5000):
        assert root.post(path, {"_command_id": number, **roles}).status_code == 422
    for forged in (["god"], [], ["medical"] * 500):
        assert sent(root, path, {"roles": forged}, house).status_code == 422
    assert sent(root, f"/settings/people/{ANNA}/promote", roles, house).status_code == 404
    assert sent(root, "/settings/people/staff:nobody/roles", roles, house).status_code == 404
    assert root.client.post(path, data={"_command_id": str(house.office.uuid()), **roles}).status_code == 403
    same = str(house.office.uuid())
    assert root.post(path, {"_command_id": same, "roles": ["legal"]}).status_code == 303
    assert root.post(path, {"_command_id": same, "roles": ["legal"]}).status_code == 303
    assert root.post(path, {"_command_id": same, "roles": ["medical"]}).status_code == 422
    assert roles_of(house, ANNA) == {"legal"}
    other = {"actor": "staff:olga", "account": "staff:olga", "command_id": str(UUID(int=0)), "mandate": "x"}
    sent(root, path, roles | other, house)
    assert house.house.accounts.find("staff:olga") is None


def test_only_officers_see_people_and_only_administrators_change_them(house: WebHouse) -> None:
    seen = ("/settings/people", "/settings/people/staff:root", "/settings/decisions")
    for role in ROLES:
        somebody = house.sign_in(f"staff:{role.replace('_', '-')}", [role])
        wanted = {200} if role in ("administrator", "data_protection") else {404}
        assert {somebody.get(path).status_code for path in seen[:2]} == wanted
        assert somebody.get(seen[2]).status_code == (200 if role == "supervisor" else min(wanted))
        if role != "administrator":
            assert somebody.get("/settings/people/new").status_code == 404
            closed = sent(somebody, "/settings/people/staff:root/close", {"reason": "left"}, house)
            assert closed.status_code == 404


# -- the table of rights ------------------------------------------------------------------------------------------


def test_the_table_shows_every_act_and_every_role_that_has_it(house: WebHouse) -> None:
    auditor = house.sign_in("staff:max", ["auditor"])
    words = house.house.rendering.words("en")
    page = html.unescape(auditor.get("/settings/roles").text)
    assert {words.label("act", act) for act in ACTS} <= set(re.findall(r'class="act">([^<]+?)(?: <|<)', page))
    assert {
        words.label("role", role) for rule in RIGHTS_TABLE for role in rule.roles if len(rule.roles) < len(ROLES)
    } <= set(re.findall(r"<strong>([^<]+)</strong>", page))


def test_every_act_and_relation_has_words_in_both_languages() -> None:
    from console.words.labels import is_worded, label

    for act in ACTS:
        assert is_worded("act", act)
        assert label("act", act, "en") != label("act", act, "ru")
    for rule in RIGHTS_TABLE:
        assert all(is_worded("stands", relation) for relation in rule.relations if relation != "any")
        assert all(is_worded("role", role) for role in rule.roles)


# -- programme files ------------------------------------------------------------------------------------------------


@pytest.fixture
def sofia(house: WebHouse) -> Person:
    """The supervisor, who may put a programme file into force."""
    return house.sign_in("staff:sofia", ["supervisor"])


def upload(person: Person, house: WebHouse, text: str, deed: str = "check", **more: Any) -> Response:
    given = {"_command_id": str(house.office.uuid()), "text": text, "deed": deed}
    return person.post("/upload/programme", given, **more)


def test_a_new_version_is_compared_checked_and_put_into_force(house: WebHouse, sofia: Person) -> None:
    text = house.office.text.replace("target_per_year: 350", "target_per_year: 351")
    assert text != house.office.text
    checked = upload(sofia, house, text.replace("\n", "\r\n"))  # as a browser sends the lines of a field
    assert checked.status_code == 200
    assert "target_per_year: 350" in checked.text
    assert len(publications(house.office.service.log, "moscow")) == 1
    path = proposed(upload(sofia, house, text.replace("\n", "\r\n"), "publish"))
    assert len(publications(house.office.service.log, "moscow")) == 1, "nothing is in force before a second confirms it"
    boris = house.sign_in("staff:boris", ["supervisor"])
    assert "target_per_year: 350" in boris.get(path).text, "what changes is shown"
    assert confirmed(sofia, path, house).status_code == 422
    assert confirmed(boris, path, house).status_code == 303
    versions = publications(house.office.service.log, "moscow")
    assert (versions[-1].text, versions[-1].actor, versions[-1].number) == (text, "staff:boris", 2)
    page = sofia.get("/settings/programmes/moscow").text
    assert "<svg" in page
    assert versions[-1].definition in page
    between = sofia.get("/settings/programmes/moscow/2?since=1").text
    assert between.count('<tr class="out">') == between.count('<tr class="in">') == 1
    assert sofia.get("/settings/programmes/moscow/3").status_code == 404
    assert sofia.get("/settings/programmes/moscow/1?since=9").status_code == 404
    assert sofia.get("/settings/programmes/moscow/x").status_code == 404


def test_every_fault_is_told_with_its_line_and_nothing_is_put_into_force(house: WebHouse, sofia: Person) -> None:
    text = house.office.text.replace("target_per_year: 350", "target_per_year: none")
    line = text.splitlines().index("target_per_year: none") + 1
    refused = upload(sofia, house, text, "publish")
    assert refused.status_code == 422
    assert f"Line {line}" in refused.text
    assert len(publications(house.office.service.log, "moscow")) == 1


def test_a_file_is_read_before_the_field(house: WebHouse, sofia: Person) -> None:
    text = house.office.text.replace("target_per_year: 350", "target_per_year: 352").encode()
    for data in (text, b"\xef\xbb\xbf" + text):
        assert upload(sofia, house, "", files={"file": ("moscow.yaml", data, "text/yaml")}).status_code == 200
    hostile = {
        "not text": b"\xff\xfe\x00\x01" * 100,
        "a bomb": b"a: &a [x,x]\nb: &b [*a,*a]\n" + b"".join(b"c%d: [*b,*b]\n" % n for n in range(9)),
        "deep": b"[" * 5000,
        "code": b"!!python/object/apply:os.system ['true']",
        "nothing": b"\x00",
        "long": b"a" * 3_000_000,
    }
    for name, data in hostile.items():
        refused = upload(sofia, house, "", "publish", files={"file": (f"../../{name}", data, "text/yaml")})
        assert refused.status_code == 422, name
    too_long = upload(sofia, house, "", files={"file": ("moscow.yaml", b"a" * 11_000_000, "text/yaml")})
    assert too_long.status_code == 413


def test_a_programme_of_others_is_not_put_into_force(house: WebHouse, sofia: Person) -> None:
    from workflow.programme.loading import shipped_programme_text

    for deed in ("check", "publish"):
        refused = upload(sofia, house, shipped_programme_text("st-petersburg"), deed)
        assert refused.status_code == 422
        assert "for which you do not work" in refused.text
    with house.office.database.reading() as connection:
        assert published_names(connection) == ["moscow"]
    boris = house.sign_in("staff:boris", ["case_manager"])
    assert boris.get("/upload/programme").status_code == 404
    assert upload(boris, house, house.office.text, "publish").status_code == 404
    elsewhere = house.sign_in("staff:eva", ["case_manager"], programmes=["st-petersburg"])
    assert elsewhere.get("/settings/programmes/moscow").status_code == 404
    assert "moscow" not in elsewhere.get("/settings/programmes").text


def test_putting_a_file_into_force_asks_for_a_fresh_second_factor(house: WebHouse, sofia: Person) -> None:
    stale = house.sign_in("staff:sofia", strong=False)
    assert upload(stale, house, house.office.text, "publish").headers["location"] == "/step-up?back=/upload/programme"


def test_settings_lead_to_what_somebody_may_see(house: WebHouse, root: Person, sofia: Person) -> None:
    assert {"/settings/people", "/settings/roles", "/settings/programmes"} <= links(root.get("/settings").text)
    assert "/settings/people" not in links(sofia.get("/settings").text)
    assert "/settings/programmes/moscow" in links(sofia.get("/settings").text)
    assert house.sign_in("staff:dan", ["donor"]).get("/settings").status_code == 404


def links(page: str) -> set[str]:
    return set(re.findall(r'href="([^"]+)"', page))

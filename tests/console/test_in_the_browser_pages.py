"""Every page, as everybody can read it: no fault that axe knows of in either theme, no wider than a telephone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from console.simulation.year import Year
from tests.kit.web.browser import DESK, PHONE, ROOT, Desk, LiveHouse, Scheme, a_desk
from tests.kit.web.pages import MAIN, PAGES, Shown, lived_in

Window = Callable[..., Desk]
SCREENS = ROOT / "docs" / "screens"
_DRAWS = os.environ.get("WAYHOME_SCREENS") == "1"
_CONTRAST: Any = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@pytest.fixture(scope="module")
def places(live: LiveHouse) -> Mapping[str, str]:
    """A house to which people came some weeks ago, some days ago and yesterday; when pictures are drawn, more."""
    more = 4 if _DRAWS else 1
    return lived_in(live, Year(6 * more, 32, seed=1), Year(4 * more, 10, seed=2), Year(3 * more, 2, seed=3))


@pytest.fixture(scope="module")
def desks(browser: Browser, live: LiveHouse) -> Iterator[Callable[[str], Desk]]:
    """Everybody's window, opened once."""
    opened: dict[str, Any] = {}

    def desk(who: str) -> Desk:
        if who not in opened:
            lent = a_desk(browser, live)
            opened[who] = (lent, lent.__enter__())
            if who:
                opened[who][1].signed_in_as(who)
        found: Desk = opened[who][1]
        return found

    yield desk
    for lent, _ in opened.values():
        lent.__exit__(None, None, None)


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_has_no_fault_that_axe_knows_of(
    shown: Shown, desks: Callable[[str], Desk], places: Mapping[str, str]
) -> None:
    desk = desks(shown.who)
    page = desk.go(shown.path.format(**places))
    assert page.locator("h1").count() == 1
    _faultless(page, "light")
    _faultless(page, "dark", _CONTRAST)
    desk.at_ease()
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.fits()
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def _faultless(page: Page, scheme: Scheme, options: Any = None) -> None:
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, f"{scheme}:\n{found.generate_report()}"


def test_every_page_is_within_three_presses_of_the_first(live: LiveHouse, places: Mapping[str, str]) -> None:
    wanted = [shown for shown in PAGES if shown.name in MAIN]
    reached = {who: _within_three(live, who) for who in sorted({shown.who for shown in wanted})}
    missing = [shown.name for shown in wanted if _kind(shown.path.format(**places)) not in reached[shown.who]]
    assert not missing


def _within_three(live: LiveHouse, who: str) -> set[str]:
    """Return the kinds of pages somebody reaches with three presses on links; one of each kind is opened."""
    person = live.web.sign_in(who)
    first = person.get("/").headers.get("location", "/")
    seen, edge = {_kind(first)}, [first]
    for _ in range(3):
        links = {_kind(link): link for path in edge for link in _links(person.get(path).text)}
        edge = [link for kind, link in links.items() if kind not in seen]
        seen |= set(links)
    return seen


def _links(html: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'<a [^>]*href="(/[^"#]*)', html)]


def _kind(path: str) -> str:
    """Return an address without the numbers of cases and what is asked for in it."""
    return re.sub(r"/[0-9A-Z]{5}-[0-9A-Z]{5}", "/…", path.partition("?")[0])


# -- pictures -------------------------------------------------------------------------------------------------------

_SOME = ("work", "case", "beds", "case-form")


@pytest.mark.skipif(not _DRAWS, reason="draws docs/screens when WAYHOME_SCREENS=1 says so")
@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_picture_of_every_page_is_drawn(
    shown: Shown, desks: Callable[[str], Desk], places: Mapping[str, str]
) -> None:
    _drawn(desks(shown.who).go(shown.path.format(**places)), shown.name)


@pytest.mark.skipif(not _DRAWS, reason="draws docs/screens when WAYHOME_SCREENS=1 says so")
@pytest.mark.parametrize("name", _SOME)
@pytest.mark.parametrize("how", ["dark", "phone", "ru"])
def test_some_pictures_are_drawn_in_other_ways(how: str, name: str, window: Window, places: Mapping[str, str]) -> None:
    shown = next(one for one in PAGES if one.name == name)
    ways: dict[str, dict[str, Any]] = {"dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}, "ru": {}}
    desk = window(shown.who, **ways[how])
    if how == "ru":
        cookie = {"name": "wayhome-language", "value": "ru", "url": desk.live.address}
        desk.context.add_cookies([cookie])  # type: ignore[list-item]
    _drawn(desk.go(shown.path.format(**places)), f"{name}-{how}")


def _drawn(page: Page, name: str) -> None:
    SCREENS.mkdir(exist_ok=True)
    file: Path = SCREENS / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    assert file.stat().st_size < 250_000, f"{file.name} is {file.stat().st_size} bytes"

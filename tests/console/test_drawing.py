"""Pictures: well-formed, safe under a strict policy, told in words too, and nothing covers anything else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from babel.messages.pofile import read_po
from markupsafe import Markup

import console
from console.drawing.charts import Bar, Stack, bars_svg, bars_words, stacked_svg, stacked_words
from console.drawing.curves import Curve, curves_svg, curves_words
from console.drawing.journey import journey_svg, plan_of
from console.drawing.journey_words import journey_words
from console.drawing.occupancy import Bed, Beds, BedStay, Days, occupancy_svg, occupancy_words, ring_svg
from console.drawing.plan import Route
from console.drawing.sight import Links, Sight, track_of
from console.drawing.svg import Box, linked, tag
from console.drawing.timeline import Band, Strip, Tick, strip_svg, strip_words
from console.drawing.words import figure, label_of
from console.words.language import Language
from workflow.programme.loading import Definition, load_definition, shipped_programme_text, shipped_programmes
from workflow.programme.part import Label
from workflow.programme.stages import JourneyDefinition, Stage, Transition

LANGUAGES: tuple[Language, ...] = ("en", "ru")
HOSTILE = "\"><script>alert('1')</script>&\x08<b onload=x>"
TODAY = date(2026, 3, 12)
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
ROOM = Path(console.__file__).parent


class Plain(NamedTuple):
    """A language without a catalogue: messages stay English, labels and dates do not."""

    language: Language

    def gettext(self, message: str, /) -> str:
        return message

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        return singular if n == 1 else plural


EN = Plain("en")


@pytest.fixture(params=shipped_programmes())
def definition(request: pytest.FixtureRequest) -> Definition:
    return load_definition(shipped_programme_text(request.param))


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Plain:
    return Plain(request.param)


def meets(one: Box, other: Box) -> bool:
    """Tell whether two boxes cover a common spot."""
    beside = one.right <= other.x or other.right <= one.x
    return not (beside or one.bottom <= other.y or other.bottom <= one.y)


def test_every_stage_is_labelled_in_both_languages(definition: Definition, words: Plain) -> None:
    stages = definition.programme.journey.stages.values()
    for drawn in pictures(journey_svg(definition, words)):
        said = re.sub(r"\s+", " ", " ".join(drawn.itertext()))
        assert [label_of(stage.label, words) for stage in stages if label_of(stage.label, words) not in said] == []


def test_no_stage_covers_another_and_no_way_runs_through_a_stage(definition: Definition, words: Plain) -> None:
    for kind in ("wide", "tall"):
        for sight in (Sight(), sight_of(definition), Sight(counts={})):
            assert covered(definition, words, kind, sight) == []


def test_a_programme_of_twenty_stages_with_ways_back_is_drawn_without_overlap() -> None:
    definition = long_programme(20)
    for kind in ("wide", "tall"):
        boxes = plan_of(definition, EN, kind).boxes
        assert set(boxes) == set(definition.programme.journey.states)
        assert [pair for pair in combinations(boxes.values(), 2) if meets(*pair)] == []
    pictures(journey_svg(definition, EN))


def test_every_way_of_a_programme_is_told_as_text(definition: Definition) -> None:
    told = Markup(journey_words(definition, EN)).striptags()
    triggers = {way.trigger.replace("_", " ") for way in definition.programme.journey.transitions}
    assert {trigger for trigger in triggers if f"({trigger})" not in told} == set()


def test_the_picture_says_in_words_where_somebody_is_and_what_is_next(definition: Definition) -> None:
    sight = sight_of(definition)
    assert sight.here is not None
    here = definition.programme.journey.stages[sight.here].label.en
    for drawn in pictures(journey_svg(definition, EN, sight=sight)):
        described = found(drawn, "desc")
        assert f"You are here: {here}." in described
        assert "Allowed next:" in described
        assert "Blocked for now:" in described
        assert here in found(drawn, "title")
    told = Markup(journey_words(definition, EN, sight=sight)).striptags()
    assert "You are here" in told
    assert ": allowed" in told
    assert ": blocked" in told


def test_allowed_and_blocked_are_told_apart_without_colour(definition: Definition) -> None:
    drawn = journey_svg(definition, EN, sight=sight_of(definition))
    assert "mark-open" in drawn
    assert "mark-shut" in drawn
    css = (ROOM / "static" / "drawing.css").read_text()
    assert re.search(r"\.stage-shut \.draw-box \{[^}]*stroke-dasharray", css)
    assert not re.search(r"\.stage-open \.draw-box \{[^}]*stroke-dasharray", css)


def test_somebody_can_be_at_any_stage(definition: Definition) -> None:
    for stage in definition.programme.journey.states:
        allowed = dict.fromkeys(definition.journey.triggers(stage), True)
        first = pictures(journey_svg(definition, EN, sight=Sight(here=stage, allowed=allowed)))[0]
        dests = {definition.journey.table[stage, trigger] for trigger in allowed}
        marked = [part for part in first.iter() if "mark-open" in (part.get("class") or "")]
        assert len(marked) == len(dests)


def test_a_number_too_small_to_be_told_is_hatched_and_not_told() -> None:
    definition = load_definition(shipped_programme_text("moscow"))
    counts = {"care": None, "referral": 40}
    drawn = journey_svg(definition, EN, sight=Sight(counts=counts))
    assert "&lt;11" in drawn
    assert "url(#journey-wide-hatch)" in drawn
    assert "&lt;11" in bars_svg("b", "Care", [Bar("Care", None, 30)], EN)
    assert "<11" in Markup(stacked_words("Care", ["A"], [Stack("Care", (None,))], EN)).unescape()


def test_next_steps_lead_to_their_forms_and_stages_to_their_cases() -> None:
    definition = load_definition(shipped_programme_text("moscow"))
    links = Links(stage=lambda name: f"/cases?stage={name}", trigger=lambda name: f"#do-{name}")
    sight = Sight(here="documents", allowed={"depart": False, "stay": True})
    wide = pictures(journey_svg(definition, EN, sight=sight, links=links))[0]
    assert wide.get("role") == "group"
    hrefs = {part.get("href") for part in wide.iter() if part.get("href")}
    assert {"#do-stay", "#do-depart", "/cases?stage=care"} <= hrefs


@pytest.mark.parametrize("href", ["javascript:alert(1)", "//elsewhere.example", "https://elsewhere.example", "/\\x"])
def test_a_picture_links_to_nothing_outside(href: str) -> None:
    with pytest.raises(AssertionError):
        linked(href, "x")


def test_a_hostile_label_stays_text() -> None:
    definition = relabelled(load_definition(shipped_programme_text("moscow")), HOSTILE)
    drawings = [journey_svg(definition, EN), journey_words(definition, EN), *samples(HOSTILE).values()]
    for drawn in drawings:
        assert "<script" not in drawn
        assert "<b " not in drawn
        assert "\x08" not in drawn
        ET.fromstring(f"<body>{drawn}</body>")


def test_an_attribute_is_escaped_even_when_it_calls_itself_safe() -> None:
    assert tag("a", "x", aria_label=Markup('" onclick="x')) == '<a aria-label="&#34; onclick=&#34;x">x</a>'


def test_a_picture_holds_no_styles_no_scripts_and_nothing_from_elsewhere(definition: Definition, words: Plain) -> None:
    for drawn in (journey_svg(definition, words, sight=sight_of(definition)), *samples("Care", words).values()):
        for part in ET.fromstring(f"<body>{drawn}</body>").iter():
            assert part.tag.rpartition("}")[2] not in {"script", "style", "image", "foreignObject", "use"}
            assert [key for key in part.keys() if key == "style" or key.startswith("on")] == []  # noqa: SIM118
            assert [value for value in part.attrib.values() if "//" in value and "www.w3.org" not in value] == []


def test_every_picture_has_a_name_a_description_and_ids_of_its_own(words: Plain) -> None:
    every = "".join(samples("Care", words).values()) + journey_svg(
        load_definition(shipped_programme_text("moscow")), words
    )
    page = ET.fromstring(f"<body>{every}</body>")
    ids = [part.get("id") for part in page.iter() if part.get("id")]
    assert len(ids) == len(set(ids))
    for drawn in pictures(every):
        assert drawn.get("role") in {"img", "group"}
        assert drawn.get("aria-labelledby") in ids
        assert drawn.get("aria-describedby") in ids
        assert found(drawn, "title")
        assert found(drawn, "desc")


def test_nothing_to_show_is_still_a_picture() -> None:
    empty = Strip((), ())
    drawn = [
        bars_svg("a", "Bars", [], EN),
        stacked_svg("b", "Stacks", [], [], EN),
        curves_svg("c", "Curves", [], [], EN),
        occupancy_svg("e", "Beds", [], Days(TODAY, 7, TODAY), EN),
        ring_svg("f", "Beds", Beds(0, 0, 0), EN),
        strip_svg("g", "History", empty, EN),
    ]
    assert [len(pictures(one)) for one in drawn] == [2, 2, 2, 2, 1, 2], "for a desk and for a telephone"


def test_more_people_than_beds_leave_no_bed_free() -> None:
    assert "0 beds free" in ring_svg("r", "Beds", Beds(9, 1, 8), EN)


def test_no_two_beads_of_a_history_are_closer_than_a_finger() -> None:
    ticks = tuple(Tick(NOON + timedelta(minutes=7 * number), "Bed held", "/history") for number in range(400))
    strip = Strip((Band("Care", NOON, NOON + timedelta(days=2), here=True),), ticks)
    wide = pictures(strip_svg("s", "History", strip, EN))[0]
    touched = sorted(float(part.get("cx", "")) for part in wide.iter() if part.get("class") == "draw-touch")
    assert min(after - before for before, after in pairwise(touched)) >= 24
    assert "400" in Markup(strip_words("History", strip, EN)).striptags()


def test_everything_a_picture_says_is_there_in_russian() -> None:
    with (ROOM / "locale" / "ru" / "drawing.po").open("rb") as file:
        catalogue = {message.id if isinstance(message.id, str) else message.id[0]: message for message in read_po(file)}
    asked = set()
    for source in (ROOM / "drawing").glob("*.py"):
        asked |= set(re.findall(r'(?:\b_|gettext|ngettext)\(\s*"([^"]+)"', source.read_text()))
    assert asked - set(catalogue) == set()
    for message in catalogue.values():
        said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        assert all(said), message.id
        assert not isinstance(message.id, (tuple, list)) or len(said) == 3


def samples(label: str, words: Plain = EN) -> dict[str, Markup]:
    """Draw one of everything with this label on it."""
    since = NOON - timedelta(days=40)
    bars = [Bar(label, 12, 30, "/x"), Bar("None", None)]
    stacks = [Stack(label, (12, None), "/x")]
    days = [TODAY - timedelta(days=3 - number) for number in range(4)]
    curves = [Curve(label, (12, None, 20, 31))]
    beds = [Bed(label, (BedStay(TODAY, TODAY + timedelta(days=4), "held", label, "/x"),)), Bed("2")]
    strip = Strip((Band(label, since, NOON, here=True),), (Tick(since, label, "/x"),), NOON)
    shown = Days(TODAY, 14, TODAY)
    return {
        "bars": figure(bars_svg("bars", label, bars, words), bars_words(label, bars, words), words),
        "stacks": stacked_svg("stacks", label, [label, "B"], stacks, words),
        "stacks told": stacked_words(label, [label, "B"], stacks, words),
        "curves": curves_svg("curves", label, days, curves, words),
        "curves told": curves_words(label, days, curves, words),
        "beds": figure(
            occupancy_svg("beds", label, beds, shown, words),
            occupancy_words(label, beds, shown, words),
            words,
            scroll=label,
        ),
        "ring": ring_svg("ring", label, Beds(4, 1, 8), words),
        "strip": strip_svg("strip", label, strip, words),
        "strip told": strip_words(label, strip, words),
    }


def pictures(drawn: str) -> list[ET.Element]:
    """Parse what was drawn as XML and return its pictures."""
    return list(ET.fromstring(f"<body>{drawn}</body>").iter("{http://www.w3.org/2000/svg}svg"))


def found(drawn: ET.Element, name: str) -> str:
    part = drawn.find(f"{{http://www.w3.org/2000/svg}}{name}")
    assert part is not None
    return part.text or ""


def sight_of(definition: Definition) -> Sight:
    """Put somebody where more than one way leads on: the first allowed, the others not."""
    line = track_of(definition.programme).line
    here = line[-2]
    triggers = definition.journey.triggers(here)
    return Sight(here, line[:-2], {trigger: number == 0 for number, trigger in enumerate(triggers)})


def covered(definition: Definition, words: Plain, kind: str, sight: Sight) -> list[object]:
    plan = plan_of(definition, words, kind, sight=sight)
    boxes = [pair for pair in combinations(plan.boxes.items(), 2) if meets(pair[0][1], pair[1][1])]
    outside = [box for box in plan.boxes.values() if not inside(box, plan.width, plan.height)]
    through = [(route.way, stage) for route in plan.routes for stage, box in plan.boxes.items() if crosses(route, box)]
    return [*boxes, *outside, *through]


def inside(box: Box, width: float, height: float) -> bool:
    return box.x >= 0 and box.y >= 0 and box.right <= width and box.bottom <= height


def crosses(route: Route, box: Box) -> bool:
    """Tell whether a way runs through a box; touching its edge is how ways begin and end."""
    inner = Box(box.x + 1, box.y + 1, box.width - 2, box.height - 2)
    for (x1, y1), (x2, y2) in pairwise(route.points):
        leg = Box(min(x1, x2), min(y1, y2), max(abs(x2 - x1), 0.1), max(abs(y2 - y1), 0.1))
        if meets(leg, inner):
            return True
    return False


def relabelled(definition: Definition, said: str) -> Definition:
    return changed(
        definition,
        lambda journey: journey.model_copy(
            update={
                "stages": {
                    name: stage.model_copy(update={"label": Label(en=said, ru=said)})
                    for name, stage in journey.stages.items()
                }
            }
        ),
    )


def long_programme(count: int) -> Definition:
    names = tuple(f"stage_{number:02}" for number in range(count))
    ways = [Transition(trigger=f"go_{a}", source=(a,), dest=b) for a, b in pairwise(names)]
    ways += [Transition(trigger=f"skip_{number}", source=(names[number],), dest=names[number + 5]) for number in (0, 3)]
    ways += [Transition(trigger="go_back", source=(names[15],), dest=names[2])]
    ways += [Transition(trigger="stay_put", source=(names[4],), dest=names[4])]
    stages = {name: Stage(label=Label(en=name, ru=name), ends=name == names[-1]) for name in names}
    journey = JourneyDefinition(initial=names[0], states=names, transitions=tuple(ways), stages=stages)
    return changed(load_definition(shipped_programme_text("moscow")), lambda _: journey)


def changed(definition: Definition, change: Callable[[JourneyDefinition], JourneyDefinition]) -> Definition:
    programme = definition.programme
    return definition._replace(programme=programme.model_copy(update={"journey": change(programme.journey)}))

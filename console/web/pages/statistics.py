"""Statistics: a programme in numbers, as pictures each with the same numbers as a table, and as a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from console.drawing.charts import Bar, Stack, bars_svg, bars_words, stacked_svg, stacked_words
from console.drawing.curves import Curve, curves_svg, curves_words
from console.drawing.journey import journey_svg
from console.drawing.journey_words import journey_words
from console.drawing.sight import Links, Sight
from console.drawing.words import figure, number_said, table
from console.views.statistics import HEADS, ONLY_YEAR, Figures, chosen, figures, rows_of
from console.web.errors import NotThere
from console.web.request_context import RequestContext, require
from console.web.spreadsheet import csv_answer
from console.words.translation import Words
from handlers.queries.books import LineBalance

router = APIRouter(include_in_schema=False)
_CURVES: Final = 4  # more lines in one picture cannot be told apart


@router.get("/statistics")
def statistics(
    context: Annotated[RequestContext, require("statistics.see")], programme: str = "", year: str = ""
) -> Response:
    """Show the numbers of a programme and a year."""
    known = context.reader.own_programmes()
    if not known:
        return context.page("pages/statistics.html", found=None)
    found = _figures(context, programme, year)
    pictures = drawn(found, context.words, leads=context.may("cases.see") is not None)
    values = {"found": found, "programmes": list(known), "may_export": context.may("export") is not None}
    return context.page("pages/statistics.html", 200, drawn=pictures, **values)


@router.get("/statistics/{programme}/file")
def file(context: Annotated[RequestContext, require("export")], programme: str, year: str = "") -> Response:
    """Return what the page shows as a file to save."""
    context.fresh("export")
    if context.may("statistics.see") is None:
        raise NotThere
    found = _figures(context, programme, year)
    return csv_answer(f"statistics-{found.programme.programme}-{found.year}", HEADS, rows_of(found))


def _figures(context: RequestContext, programme: str, year: str) -> Figures:
    definition = chosen(context.reader, programme)
    if definition is None:
        raise NotThere
    is_year = year.isascii() and year.isdecimal() and len(year) == 4
    return figures(context.reader, definition, int(year) if is_year else None)


# -- the pictures ---------------------------------------------------------------------------------------------------


def drawn(found: Figures, words: Words, *, leads: bool) -> Mapping[str, Markup | tuple[Markup, ...] | None]:
    """Return every picture of the page by its name, None where there is nothing to draw.

    With ``leads`` a stage leads to its cases.
    """
    return {
        "journey": _journey(found, words, leads=leads),
        "stages": _stages(found, words, leads=leads),
        "arrivals": _arrivals(found, words),
        "beds": tuple(_beds(found, words)),
        "money": _money(found, words) if found.funders else None,
        "corridors": _corridors(found, words),
        "visits": _visits(found, words) if found.visits else None,
        "stays": _stays(found, words) if found.stays else None,
        **_advice(found, words),
    }


def _to_stage(found: Figures, stage: str) -> str:
    return f"/cases?{urlencode({'view': 'list', 'programme': found.programme.programme, 'stage': stage})}"


def _journey(found: Figures, words: Words, *, leads: bool) -> Markup:
    links = Links(stage=lambda stage: _to_stage(found, stage)) if leads else Links()
    sight = Sight(counts=found.stages)
    picture = journey_svg(found.definition, words, sight=sight, links=links, prefix="flow")
    told = journey_words(found.definition, words, sight=sight, say_way=lambda name: words.label("trigger", name))
    return figure(picture, told, words)


def _stages(found: Figures, words: Words, *, leads: bool) -> Markup:
    bars = [
        Bar(words.label("stage", stage, found.programme), count, None, _to_stage(found, stage) if leads else None)
        for stage, count in found.stages.items()
    ]
    return _bars("stages", words.gettext("People in each stage"), bars, words)


def _arrivals(found: Figures, words: Words) -> Markup:
    planned = round(found.arrivals.target / 12, 1)
    bars = [
        Bar(
            words.gettext("Month not known") if month == ONLY_YEAR else words.month(date(found.year, month, 1)),
            count,
            None if month == ONLY_YEAR else planned,
        )
        for month, count in found.arrivals.months.items()
    ]
    return _bars("arrivals", words.gettext("Arrivals by month"), bars, words)


def _beds(found: Figures, words: Words) -> Iterator[Markup]:
    days, houses = found.occupied.days, found.occupied.houses
    if not days:
        return
    title = words.gettext("Beds in use")
    for number in range(0, len(houses), _CURVES):
        curves = [Curve(house.name, house.people) for house in houses[number : number + _CURVES]]
        picture = curves_svg(f"beds-{number}", title, days, curves, words)
        yield figure(picture, curves_words(title, days, curves, words), words)


def _money(found: Figures, words: Words) -> Markup:
    names = {one.id: one.name for one in found.programme.funders}
    return money_picture(((names.get(row.funder, row.funder), row, None) for row in found.funders), words)


def money_picture(funders: Iterable[tuple[str, LineBalance, str | None]], words: Words) -> Markup:
    """Return what of each funder's money is paid, set aside and left: by name, with where it leads."""
    _ = words.gettext
    stacks = [
        Stack(f"{name} · {row.currency}", (int(row.disbursed), int(row.committed), max(int(row.left), 0)), href)
        for name, row, href in funders
    ]
    return _stacked("funders", _("Money by funder"), (_("Paid"), _("Set aside"), _("Left")), stacks, words)


def _corridors(found: Figures, words: Words) -> Markup | None:
    named = {
        f"{_country(source, words)} → {_country(dest, words)}": count
        for (source, dest), count in sorted(found.corridors.items(), key=lambda one: (-(one[1] or 0), one[0]))
    }
    return _list("corridors", words.gettext("From where to where people were taken"), named, words) if named else None


def _visits(found: Figures, words: Words) -> Markup:
    months = sorted({month for month, _ in found.visits})
    outcomes = sorted({outcome for _, outcome in found.visits})
    series = [words.label("choice", f"RecordFollowUp.outcome.{name}") for name in outcomes]
    said = words.ngettext
    stacks = [
        Stack(
            said("%(num)s month after the return", "%(num)s months after the return", month) % {"num": month},
            tuple(found.visits.get((month, name), 0) for name in outcomes),
        )
        for month in months
    ]
    return _stacked("visits", words.gettext("What visits after the return found"), series, stacks, words)


def _stays(found: Figures, words: Words) -> Markup:
    _ = words.gettext
    bars = [Bar(words.label("stage", one.stage, found.programme), one.days) for one in found.stays]
    title = _("Days in a stage, the middle value")
    told = [[bar.label, _days(one.days, words)] for bar, one in zip(bars, found.stays, strict=True)]
    heads = ["", _("Days")]
    if found.k is None:
        heads.append(_("People"))
        told = [[*row, number_said(one.people, words)] for row, one in zip(told, found.stays, strict=True)]
    picture = bars_svg("stays", title, bars, words, shown=lambda days: _days(days, words))
    return figure(picture, table(title, heads, told), words)


def _days(days: float, words: Words) -> str:
    whole = round(days)
    said = words.ngettext("%(num)s day", "%(num)s days", whole)
    return said % {"num": words.number(whole)}


def _list(prefix: str, title: str, counts: Mapping[str, int | None], words: Words) -> Markup:
    return _bars(prefix, title, [Bar(name, count) for name, count in counts.items()], words)


def _bars(prefix: str, title: str, bars: Sequence[Bar], words: Words) -> Markup:
    return figure(bars_svg(prefix, title, bars, words), bars_words(title, bars, words), words)


def _stacked(prefix: str, title: str, series: Sequence[str], stacks: Sequence[Stack], words: Words) -> Markup:
    picture, told = stacked_svg(prefix, title, series, stacks, words), stacked_words(title, series, stacks, words)
    return figure(picture, told, words)


def _advice(found: Figures, words: Words) -> dict[str, Markup | None]:
    advice, _ = found.consultations, words.gettext
    if not advice:
        return dict.fromkeys(("how", "topics", "groups"))
    how = {_how(name, words): count for name, count in advice.how.items()}
    topics, groups = _named("topic", advice.topics, found, words), _named("group", advice.groups, found, words)
    return {
        "how": _list("how", _("How people were advised"), how, words),
        "topics": _list("topics", _("What it was about"), topics, words),
        "groups": _list("groups", _("At-risk groups"), groups, words),
    }


def _named(kind: str, counts: Mapping[str, int | None], found: Figures, words: Words) -> dict[str, int | None]:
    none = words.gettext("none named")
    return {none if key == "none" else words.label(kind, key, found.programme): n for key, n in counts.items()}


def _how(name: str, words: Words) -> str:
    call = name.removeprefix("call_")
    return words.label("call_outcome", call) if call != name else words.label("choice", f"how.{name}")


def _country(code: str, words: Words) -> str:
    return words.gettext("not known") if code == "unknown" else words.country(code)

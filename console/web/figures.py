"""The pictures of the page of statistics, each with the same numbers as a table under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from console.drawing.charts import Bar, Stack, bars_svg, bars_words, stacked_svg, stacked_words
from console.drawing.curves import Curve, curves_svg, curves_words
from console.drawing.journey import journey_svg
from console.drawing.journey_words import journey_words
from console.drawing.sight import Links, Sight
from console.drawing.words import figure, number_said, table
from console.views.statistics import ONLY_YEAR, Figures, House
from console.words.translation import Words

_CURVES: Final = 4  # more lines in one picture cannot be told apart


class Drawn(NamedTuple):
    """Every picture of the page; None where there is nothing to draw."""

    journey: Markup
    stages: Markup
    arrivals: Markup
    beds: tuple[Markup, ...]
    money: Markup | None
    corridors: Markup | None
    visits: Markup | None
    stays: Markup | None
    how: Markup | None
    topics: Markup | None
    groups: Markup | None


def drawn(found: Figures, words: Words, *, leads: bool) -> Drawn:
    """Return the pictures; with ``leads`` a stage leads to its cases."""
    advice = found.consultations
    _ = words.gettext
    return Drawn(
        journey=_journey(found, words, leads=leads),
        stages=_stages(found, words, leads=leads),
        arrivals=_arrivals(found, words),
        beds=tuple(_beds(found, words)),
        money=_money(found, words),
        corridors=_corridors(found, words),
        visits=_visits(found, words),
        stays=_stays(found, words),
        how=_list("how", _("How people were advised"), {_how(k, words): n for k, n in advice.how.items()}, words)
        if advice
        else None,
        topics=_list("topics", _("What it was about"), _named("topic", advice.topics, found, words), words)
        if advice
        else None,
        groups=_list("groups", _("At-risk groups"), _named("group", advice.groups, found, words), words)
        if advice
        else None,
    )


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
    title = words.gettext("People in each stage")
    return figure(bars_svg("stages", title, bars, words), bars_words(title, bars, words), words)


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
    title = words.gettext("Arrivals by month")
    return figure(bars_svg("arrivals", title, bars, words), bars_words(title, bars, words), words)


def _beds(found: Figures, words: Words) -> Iterator[Markup]:
    days, houses = found.occupied.days, found.occupied.houses
    if not days:
        return
    title = words.gettext("Beds in use")
    for number in range(0, len(houses), _CURVES):
        curves = [_curve(house) for house in houses[number : number + _CURVES]]
        picture = curves_svg(f"beds-{number}", title, days, curves, words)
        yield figure(picture, curves_words(title, days, curves, words), words)


def _curve(house: House) -> Curve:
    return Curve(house.name, house.people)


def _money(found: Figures, words: Words) -> Markup | None:
    if not found.funders:
        return None
    _, names = words.gettext, {one.id: one.name for one in found.programme.funders}
    series = (_("Paid"), _("Set aside"), _("Left"))
    stacks = [
        Stack(
            f"{names.get(row.funder, row.funder)} · {row.currency}",
            (int(row.disbursed), int(row.committed), max(int(row.left), 0)),
        )
        for row in found.funders
    ]
    title = _("Money by funder")
    return figure(
        stacked_svg("funders", title, series, stacks, words), stacked_words(title, series, stacks, words), words
    )


def _corridors(found: Figures, words: Words) -> Markup | None:
    named = {
        f"{_country(source, words)} → {_country(dest, words)}": count
        for (source, dest), count in sorted(found.corridors.items(), key=lambda one: (-(one[1] or 0), one[0]))
    }
    return _list("corridors", words.gettext("From where to where people were taken"), named, words) if named else None


def _visits(found: Figures, words: Words) -> Markup | None:
    if not found.visits:
        return None
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
    title = words.gettext("What visits after the return found")
    return figure(
        stacked_svg("visits", title, series, stacks, words), stacked_words(title, series, stacks, words), words
    )


def _stays(found: Figures, words: Words) -> Markup | None:
    if not found.stays:
        return None
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
    bars = [Bar(name, count) for name, count in counts.items()]
    return figure(bars_svg(prefix, title, bars, words), bars_words(title, bars, words), words)


def _named(kind: str, counts: Mapping[str, int | None], found: Figures, words: Words) -> dict[str, int | None]:
    none = words.gettext("none named")
    return {none if key == "none" else words.label(kind, key, found.programme): n for key, n in counts.items()}


def _how(name: str, words: Words) -> str:
    call = name.removeprefix("call_")
    return words.label("call_outcome", call) if call != name else words.label("choice", f"how.{name}")


def _country(code: str, words: Words) -> str:
    return words.gettext("not known") if code == "unknown" else words.country(code)

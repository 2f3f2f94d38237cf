"""Pictures of a simulation, in the colour of the text around them: read by day and by night."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import altair as alt

from nlp.evaluation.charts import COLOURS, IN_TEXT, data, svg
from responses.policy.simulate import Change, Comparison, Tally

_TYPES_SHOWN = 6
_MORE, _LESS, _OVER = "#d98e32", "#3d8bb0", "#d3455b"


def months_charts(tallies: Sequence[Tally], *, none: str, others: str) -> list[str]:
    """Cost by month, stacked by complaint type: a picture a policy, with the same colours and scale."""
    costs = [_by_month(tally) for tally in tallies]
    totals: dict[str | None, Decimal] = {}
    for (_, complaint_type), cost in (one for sums in costs for one in sums.items()):
        totals[complaint_type] = totals.get(complaint_type, Decimal(0)) + cost
    ranked = sorted(totals, key=lambda one: (-totals[one], one or ""))[:_TYPES_SHOWN]
    names = [one or none for one in ranked] + ([others] if len(totals) > len(ranked) else [])
    return [
        _months_chart(
            [
                {"month": month, "type": (one or none) if one in ranked else others, "cost": float(cost)}
                for (month, one), cost in sums.items()
            ],
            names,
            currency=tallies[0].policy.currency,
            most=max(_highest(sums) for sums in costs),
        )
        for sums in costs
    ]


def _months_chart(
    rows: Sequence[Mapping[str, object]], names: Sequence[str], *, currency: str, most: Decimal
) -> str:
    ranked = [{**row, "rank": names.index(str(row["type"]))} for row in rows]
    colours = alt.Scale(domain=list(names), range=list(COLOURS[: len(names)]))
    bars = alt.Chart(data(ranked)).mark_bar()
    return svg(
        bars.encode(
            x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=-60)),
            y=alt.Y(
                "sum(cost):Q",
                title=currency,
                axis=alt.Axis(format="d"),
                scale=alt.Scale(domain=[0, float(most)]),
            ),
            color=alt.Color("type:N", title=None, scale=colours),
            order=alt.Order("rank:O"),
        ).properties(width=640, height=260),
        IN_TEXT,
    )


def _by_month(tally: Tally) -> Mapping[tuple[str, str | None], Decimal]:
    sums: dict[tuple[str, str | None], Decimal] = {}
    for (month, complaint_type, _), cell in tally.cells.items():
        sums[month, complaint_type] = sums.get((month, complaint_type), Decimal(0)) + cell.cost
    return sums


def _highest(sums: Mapping[tuple[str, str | None], Decimal]) -> Decimal:
    """The cost of the dearest month."""
    months: dict[str, Decimal] = {}
    for (month, _), cost in sums.items():
        months[month] = months.get(month, Decimal(0)) + cost
    return max(months.values(), default=Decimal(1))


def changes_chart(comparison: Comparison, *, currency: str, none: str, more: str, less: str) -> str:
    """By complaint type, how much more and how much less is given: bars to the right and to the left."""
    rows = [
        {
            "type": complaint_type or none,
            "way": more if change is Change.MORE else less,
            "sum": float(total if change is Change.MORE else -total),
        }
        for (change, complaint_type), total in comparison.differences.items()
        if change is not Change.OTHER
    ]
    chart = alt.Chart(data(rows)).mark_bar()
    return svg(
        chart.encode(
            x=alt.X("sum:Q", title=currency, axis=alt.Axis(format="d")),
            y=alt.Y("type:N", title=None, sort=alt.EncodingSortField("sum", "sum", order="descending")),
            color=alt.Color("way:N", title=None, scale=alt.Scale(domain=[more, less], range=[_MORE, _LESS])),
        ).properties(width=460),
        IN_TEXT,
    )


def days_chart(tally: Tally) -> str:
    """A calendar of the goodwill: weeks across, weekdays down, a row for each year."""
    if not tally.days:
        return ""
    broken = set(tally.broken_days)
    first, last = min(tally.days), max(tally.days)
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    rows = [
        {
            "year": str(day.year),
            "week": _week(day),
            "weekday": day.weekday(),
            "sum": float(tally.days.get(day, 0)),
            "over": day in broken,
        }
        for day in days
    ]
    base = alt.Chart(data(rows)).encode(
        x=alt.X("week:O", title=None, axis=None),
        y=alt.Y("weekday:O", title=None, axis=None),
    )
    cells = base.mark_rect(color=COLOURS[0], cornerRadius=2, aria=False).encode(
        opacity=alt.Opacity("sum:Q", scale=alt.Scale(range=[0.08, 1]), legend=None)
    )
    frames = (
        base.mark_rect(filled=False, stroke=_OVER, strokeWidth=2, cornerRadius=2, aria=False)
        .transform_filter("datum.over")
        .encode()
    )
    size = 13
    calendar = alt.layer(cells, frames).properties(width=size * 54, height=size * 7)
    return svg(
        calendar.facet(row=alt.Row("year:N", title=None, header=alt.Header(labelColor="currentColor"))),
        IN_TEXT,
    )


def _week(day: date) -> int:
    """The column of a day in its year's calendar; weeks begin on Monday."""
    return (day.timetuple().tm_yday - 1 + date(day.year, 1, 1).weekday()) // 7

"""Pictures of a classified table, in the colour of the text around them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from nlp.evaluation.charts import COLOURS, IN_TEXT, data, svg

_WIDTH = 420
_BAR, _CELL = 24, 32
_URGENCIES = ("#b5cbd6", "#3d8bb0", "#e0a030", "#c0392b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A bar with what is written at its end."""

    name: str
    value: int
    told: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A field of a heat map: `share` from 0 to 1."""

    row: str
    column: str
    share: float
    told: str


def bars_chart(bars: Sequence[Bar]) -> str:
    """Bars to the right, in the order that they are given."""
    rows = [{"name": one.name, "value": one.value, "told": one.told} for one in bars]
    most = max((one.value for one in bars), default=1)
    base = alt.Chart(data(rows)).encode(
        # Room at the right for what is written there.
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, most * 1.45])),
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(domain=False, ticks=False, labelFontSize=13)),
    )
    text = base.mark_text(align="left", dx=5, fontSize=12, color="currentColor").encode(text="told:N")
    chart = base.mark_bar(color=COLOURS[0], cornerRadiusEnd=2) + text
    return _drawn(chart.properties(width=_WIDTH - 150, height=_BAR * max(len(rows), 1)))


def heat_map(cells: Sequence[Cell]) -> str:
    """Fields that are the darker the greater the share; rows and columns in the order that they come."""
    rows = [{"row": one.row, "column": one.column, "share": one.share, "told": one.told} for one in cells]
    down = list(dict.fromkeys(one.row for one in cells))
    across = list(dict.fromkeys(one.column for one in cells))
    names = alt.Axis(domain=False, ticks=False, grid=False, labelFontSize=12)
    slanting = alt.Axis(domain=False, ticks=False, grid=False, labelFontSize=12, labelAngle=-50, orient="top")
    base = alt.Chart(data(rows)).encode(
        x=alt.X("column:N", title=None, sort=across, axis=slanting),
        y=alt.Y("row:N", title=None, sort=down, axis=names),
    )
    field = base.mark_rect(color=COLOURS[0], cornerRadius=2).encode(
        opacity=alt.Opacity(
            "share:Q", scale=alt.Scale(domain=[0, 0.6], range=[0.04, 1], clamp=True), legend=None
        )
    )
    text = base.mark_text(fontSize=11, color="currentColor").encode(text="told:N")
    return _drawn((field + text).properties(width=_CELL * len(across), height=_BAR * len(down)))


def columns_chart(
    starts: Sequence[str],
    series: Mapping[str, Sequence[int]],
    *,
    shares: bool = False,
    urgencies: bool = False,
) -> str:
    """Columns over time, one part on the other; `shares` makes all columns equally high."""
    rows = [
        {"at": place, "series": name, "rank": rank, "count": count}
        for rank, (name, counts) in enumerate(series.items())
        for place, count in enumerate(counts)
        if count
    ]
    colours = list(_URGENCIES if urgencies else COLOURS)[: len(series)]
    # Places rather than names: two weeks of different years may be called alike.
    names = alt.Axis(
        labelExpr=f"{json.dumps(list(starts))}[datum.value]",
        labelAngle=-60,
        labelOverlap=True,
        labelFontSize=12,
    )
    bars = alt.Chart(data(rows)).mark_bar()
    return _drawn(
        bars.encode(
            x=alt.X("at:O", title=None, axis=names, scale=alt.Scale(domain=list(range(len(starts))))),
            y=alt.Y(
                "count:Q",
                title=None,
                stack="normalize" if shares else "zero",
                axis=alt.Axis(format="%" if shares else "d", tickCount=5, labelFontSize=12),
            ),
            color=alt.Color("series:N", title=None, scale=alt.Scale(domain=list(series), range=colours)),
            order=alt.Order("rank:O"),
        ).properties(width=_WIDTH, height=220)
    )


def histogram(counts: Sequence[int], *, probability: str) -> str:
    """How many decisions fell in each of equal steps from 0 to 1; what is empty at the left is left out."""
    first = next((place for place, count in enumerate(counts) if count), 0)
    rows = [
        {"from": place / len(counts), "to": (place + 1) / len(counts), "count": count}
        for place, count in enumerate(counts)
        if count
    ]
    steps = alt.Chart(data(rows)).mark_rect(color=COLOURS[0])
    return _drawn(
        steps.encode(
            x=alt.X(
                "from:Q",
                title=probability,
                axis=alt.Axis(format="%", tickCount=5, grid=False),
                scale=alt.Scale(domain=[min(first / len(counts), 0.5), 1]),
            ),
            x2="to:Q",
            y=alt.Y("count:Q", title=None, axis=alt.Axis(format="~s", tickCount=4)),
            y2=alt.datum(0),
        ).properties(width=210, height=120)
    )


def _drawn(chart: alt.Chart | alt.LayerChart) -> str:
    # What a picture tells stands beside it in words; naming every bar would only make the page large.
    return svg(chart, {**IN_TEXT, "legend": {**IN_TEXT["legend"], "columns": 2}, "aria": False})

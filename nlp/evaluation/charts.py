"""Pictures of an evaluation, as SVG: drawn by Vega-Lite here, with no script in the page."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

from nlp.evaluation.calibration import Calibration, CoveragePoint
from nlp.evaluation.measuring import Confusion

_WIDTH = 340
_INK, _PALE = "#1d4e63", "#b9c7cd"
CONFIG: Mapping[str, Any] = {
    "background": "#ffffff",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 11, "titleFontSize": 12, "gridColor": "#e8ecee", "labelLimit": 220},
    "title": {"fontSize": 13, "anchor": "start"},
}
"""How pictures on white paper look."""

COLOURS = ("#3d8bb0", "#d98e32", "#6fa052", "#c05f5f", "#8d72b3", "#4fa79d", "#8c8c8c")
"""Of middling lightness, told apart by most eyes on white and on black."""

_TEXT = "currentColor"
IN_TEXT: Mapping[str, Any] = {
    "background": "transparent",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelLimit": 220,
        "labelColor": _TEXT,
        "titleColor": _TEXT,
        "gridColor": _TEXT,
        "gridOpacity": 0.15,
        "domainColor": _TEXT,
        "tickColor": _TEXT,
    },
    "legend": {
        "labelColor": _TEXT,
        "titleColor": _TEXT,
        "labelFontSize": 12,
        "orient": "bottom",
        "columns": 3,
    },
}
"""How pictures look in the colour of the text around them: read by day and by night."""


def calibration_chart(calibration: Calibration) -> str:
    """What was said against what was so: on the line where probabilities mean what they say."""
    rows = [{"said": one.said, "true": one.true, "decisions": one.count} for one in calibration.bins]
    unit = alt.Scale(domain=[0, 1])
    line = alt.Chart(data([{"x": 0, "y": 0}, {"x": 1, "y": 1}])).mark_line(color=_PALE, strokeDash=[4, 3])
    points = alt.Chart(data(rows)).mark_line(color=_INK, point={"color": _INK, "size": 40})
    layered = line.encode(x=alt.X("x:Q", scale=unit), y=alt.Y("y:Q", scale=unit)) + points.encode(
        x=alt.X("said:Q", scale=unit, title="probability that was said"),
        y=alt.Y("true:Q", scale=unit, title="share that was so"),
    )
    return svg(layered.properties(width=_WIDTH - 60, height=_WIDTH - 60))


def coverage_chart(points: Sequence[CoveragePoint]) -> str:
    """Errors left when the unsure are given to people."""
    rows = [{"decided": one.decided, "errors": one.error} for one in points]
    chart = alt.Chart(data(rows)).mark_line(color=_INK, point={"color": _INK, "size": 40})
    return svg(
        chart.encode(
            x=alt.X(
                "decided:Q",
                scale=alt.Scale(domain=[0.5, 1]),
                axis=alt.Axis(format="%"),
                title="decided alone",
            ),
            y=alt.Y(
                "errors:Q", axis=alt.Axis(format="%"), title="wrong among them", scale=alt.Scale(zero=True)
            ),
        ).properties(width=_WIDTH - 60, height=_WIDTH - 60)
    )


def confusion_chart(confusion: Confusion) -> str:
    """What was there (down) and what was found (across); each row in shares of its messages."""
    rows = []
    for label, counts, messages in zip(confusion.labels, confusion.counts, confusion.messages, strict=True):
        rows += [
            {"true": label, "found": found, "count": count, "share": min(count / max(messages, 1), 1)}
            for found, count in zip(confusion.found, counts, strict=True)
        ]
    base = alt.Chart(data(rows)).encode(
        x=alt.X("found:N", sort=list(confusion.found), title="found", axis=alt.Axis(labelAngle=-50)),
        y=alt.Y("true:N", sort=list(confusion.labels), title="true"),
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "share:Q", scale=alt.Scale(range=["#ffffff", _INK], domain=[0, 1], interpolate="rgb"), legend=None
        )
    )
    text = (
        base.transform_filter("datum.count > 0")
        .mark_text(fontSize=10)
        .encode(
            text="count:Q", color=alt.condition("datum.share > 0.5", alt.value("#fff"), alt.value("#333"))
        )
    )
    size = 26
    return svg(
        (cells + text).properties(width=size * len(confusion.found), height=size * len(confusion.labels))
    )


def data(rows: Sequence[Mapping[str, object]]) -> alt.InlineData:
    """Rows that a chart carries in itself."""
    return alt.InlineData(values=list(rows))


def svg(chart: alt.Chart | alt.LayerChart | alt.FacetChart, config: Mapping[str, Any] = CONFIG) -> str:
    """Draw a chart."""
    specification = chart.configure(**config).to_dict()
    return str(vl_convert.vegalite_to_svg(json.dumps(specification)))

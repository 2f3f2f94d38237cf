"""A simulation as one HTML page that needs nothing beside it."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from responses.policy.simulate import Simulation
from rimedio.simulation_charts import changes_chart, days_chart, months_charts
from rimedio.simulation_report import Report

_MOST_CHANGES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """An SVG with its title, and what has to be said of it."""

    title: str
    svg: str
    note: str = ""


def simulation_page(report: Report, *, source: str, made: str) -> str:
    """Render the page; `source` names the history, `made` says when."""
    return _template().render(
        language="it" if report.language == "it" else "en",
        title=report.words["title"],
        head=report.head(),
        pictures=_pictures(report, report.simulation),
        sections=report.sections(_MOST_CHANGES),
        made=report.words["made"].format(made=made, source=source),
    )


def _pictures(report: Report, simulation: Simulation) -> list[Picture]:
    say, tally = report.words, simulation.tally
    tallies = [tally, *([simulation.against] if simulation.against is not None else [])]
    drawn = months_charts(tallies, none=say["no_type"], others=say["other_types"])
    pictures = [
        Picture(title=f"{say['chart_months']} · {one.policy.file}", svg=picture)
        for one, picture in zip(tallies, drawn, strict=True)
        if one.cells
    ]
    comparison = simulation.comparison
    if comparison is not None and comparison.differences:
        changes = changes_chart(
            comparison,
            currency=tally.policy.currency,
            none=say["no_type"],
            more=say["more"],
            less=say["less"],
        )
        pictures.append(Picture(title=say["chart_changes"], svg=changes))
    if tally.days:
        limit = tally.policy.limits.budget_day
        shown = say["no_limit"] if limit is None else report.money(limit.amount)
        note = say["chart_days_note"].format(limit=shown)
        pictures.append(
            Picture(title=f"{say['chart_days']} · {tally.policy.file}", svg=days_chart(tally), note=note)
        )
    return pictures


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("rimedio"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("simulation.html")

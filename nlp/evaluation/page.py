"""An evaluation as one HTML file that needs nothing beside it."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from nlp.evaluation.charts import calibration_chart, confusion_chart, coverage_chart
from nlp.evaluation.measuring import FieldMeasure, Measurement


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictures:
    """The SVG pictures of one field."""

    calibration: str
    coverage: str
    confusion: str


def draw(measure: FieldMeasure) -> Pictures:
    """Draw one field's pictures."""
    return Pictures(
        calibration=calibration_chart(measure.calibration),
        coverage=coverage_chart(measure.coverage),
        confusion=confusion_chart(measure.confusion),
    )


def evaluation_page(measurement: Measurement, *, title: str, encoder: str, heads: str, made: str) -> str:
    """Render the page; `made` says when, in the words that the reader sees."""
    return _template().render(
        measurement=measurement,
        pictures={one.report.field: draw(one) for one in measurement.fields},
        title=title,
        encoder=encoder,
        heads=heads,
        made=made,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("nlp"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("evaluation.html")

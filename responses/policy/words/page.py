"""The sheet as one page of HTML that needs nothing else, and that a printer puts on one side of A4."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from responses.policy.words.lines import Sheet
from responses.policy.words.phrases import phrases_in


def page(sheet: Sheet) -> str:
    """The HTML document. On paper it leaves out what does not go on the wall (`Line.more`)."""
    say = phrases_in(sheet.language)
    return _template().render(sheet=sheet, left_out=say("left_out"))


@cache
def _template() -> Template:
    source = files("responses.policy.words").joinpath("page.html.jinja").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source)

"""What a sheet is made of."""

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing decided, as one or a few sentences.

    `key` names it in every version of the file (`rules.ritardo-lungo`). `heading` is said once over the
    lines that share it: what went wrong, and what must hold for all of them. `more` is what does not go on
    the wall: the words of a no, the questions to the customer, the owner's reasons. `alone` is the line
    without a heading to lean on, where that differs; `id` the owner's name for a rule.
    """

    key: str
    text: str
    more: tuple[str, ...] = ()
    heading: str | None = None
    alone: str | None = None
    id: str | None = None

    @property
    def whole(self) -> str:
        """Everything there is to say, by itself."""
        return " ".join([self.alone or self.text, *self.more])


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of the sheet. `lead` is what holds for all of its lines."""

    name: str
    title: str
    lines: tuple[Line, ...]
    lead: str | None = None

    @property
    def runs(self) -> list[tuple[str | None, list[Line]]]:
        """Its lines in order, those that share a heading together."""
        return [(heading, list(run)) for heading, run in groupby(self.lines, key=lambda line: line.heading)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A policy as its owner would pin it to the wall. `head` says whom it is for and the file's own date."""

    title: str
    name: str
    audience: str
    head: str
    sections: tuple[Section, ...]
    language: str

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line of it."""
        return tuple(line for section in self.sections for line in section.lines)

    def text(self) -> str:
        """The sheet for a terminal."""
        parts = [f"{self.title} · {self.name}\n{self.head}"]
        for section in self.sections:
            rows = [section.title.upper()]
            rows += [section.lead] if section.lead is not None else []
            for heading, lines in section.runs:
                rows += [f"\n{heading}"] if heading is not None else []
                for line in lines:
                    rows.append(f"- {line.text}" + (f" [{line.id}]" if line.id is not None else ""))
                    rows += [f"  {more}" for more in line.more]
            parts.append("\n".join(rows))
        return "\n\n".join(parts)

"""A classified table as one HTML file that needs nothing beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path, PurePath

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from models.labels import Act
from nlp.batch.gathering import Gathered, Gathering
from nlp.batch.handing_on import HandedOn
from nlp.batch.phrases import Phrase, recurring
from nlp.batch.report_figures import (
    MOST_TYPES,
    confidence_figures,
    counts_figure,
    review_table,
    type_tones_figure,
    urgency_figure,
    volume_figure,
)
from nlp.batch.report_words import Words, words_in
from nlp.batch.samples import POOL, Sample
from nlp.errors import BatchError

_SAMPLES, _PHRASES = 4, 6
_OTHER_LANGUAGES = 2  # phrases of each language that is not the main one
_HARD = ("threatening", "abusive")
_SHOWN_LETTERS = 500
_NAMED = 3
"""Files that the title names; of more, two of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """How a table was classified.

    `sources` are its files, `encoder` and `heads` what read it, `options` are those of the command as they
    are shown, `seconds` is the time taken, `made` the moment in the reader's time zone. `handed_on` is what a
    fast model did, if one did.
    """

    sources: tuple[str, ...]
    encoder: str
    heads: str
    options: tuple[str, ...]
    seconds: float
    made: datetime
    handed_on: HandedOn | None = None


def write_report(path: Path, gathering: Gathering, about: About, language: str) -> None:
    """Writes the page, in Italian (`it`) or English (`en`); it appears whole or not at all.

    Raises:
        BatchError: The file cannot be written.
    """
    page = report_page(gathering.gathered(), about, language)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        # A text may hold half a character, which UTF-8 cannot.
        temporary.write_text(page, encoding="utf-8", errors="replace")
        temporary.replace(path)
    except OSError as error:
        raise BatchError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)


def report_page(gathered: Gathered, about: About, language: str) -> str:
    """Renders the page; below 2 MB, whatever was gathered."""
    words = words_in(language)
    phrases = recurring(gathered.pool, most=_PHRASES)
    main = next(iter(gathered.languages), "")
    timeline, shown = gathered.timeline, list(gathered.types)[:MOST_TYPES]
    classified, complaints = gathered.classified, gathered.acts.get(Act.COMPLAINT, 0)
    return _template().render(
        words=words,
        name=_name(about.sources, words),
        gathered=gathered,
        about=about,
        glance=list(_glance(gathered, words)),
        acts=counts_figure(gathered.acts, classified, words, words.label),
        types=counts_figure(gathered.types, complaints, words, words.label, words("types.note")),
        tones=counts_figure(gathered.tones, classified, words, words.label),
        type_tones=type_tones_figure(gathered, words) if gathered.types else None,
        urgency=None if timeline is None else urgency_figure(timeline, words),
        volume=None if timeline is None or not timeline.types else volume_figure(timeline, shown, words),
        about_time=list(_about_time(gathered, words)),
        languages=counts_figure(gathered.languages, classified, words, words.tongue),
        asks=counts_figure(gathered.asks, classified, words, words.asked, words("asks.note")),
        confidence=list(confidence_figures(gathered, words)),
        review=review_table(gathered, words),
        unsure=gathered.unsure[:_SAMPLES],
        samples=[
            (words.label(kind), gathered.samples[kind][:_SAMPLES]) for kind in shown if gathered.samples[kind]
        ],
        left_out=len(gathered.types) - len(shown),
        strengths=_shown_phrases(phrases.get(Act.PRAISE, ()), main),
        praise=gathered.praise[:_SAMPLES],
        causes=[
            (words.label(kind), told)
            for kind in shown
            if (told := _shown_phrases(phrases.get(kind, ()), main))
        ],
        pool=POOL,
        main=main,
        took=_took(about.seconds, words),
        fast=None if about.handed_on is None else list(_fast(about.handed_on, words)),
    )


def _name(sources: Sequence[str], words: Words) -> str:
    """The files without their folders; of many the first ones, and how many more there are."""
    names = [PurePath(source).name or source for source in dict.fromkeys(sources)]
    if len(names) <= _NAMED:
        return words.joined(names)
    first = ", ".join(names[: _NAMED - 1])
    return words("more_files", names=first, count=words.number(len(names) - _NAMED + 1))


def _glance(gathered: Gathered, words: Words) -> Iterator[str]:
    """The figures in sentences."""
    number, classified = words.number, gathered.classified

    def told(key: str, count: int, **values: object) -> str:
        share = words.share(count, classified)
        return words(f"glance.{key}", count=number(count), share=share, **values)

    yield words("glance.rows", rows=number(gathered.rows), classified=number(classified))
    if gathered.errors:
        yield words("glance.errors", errors=number(gathered.errors))
    complaints = gathered.acts.get(Act.COMPLAINT, 0)
    if complaints and gathered.types:
        most = [
            f"{words.label(kind)} ({words.share(count, complaints)})"
            for kind, count in gathered.types.items()
        ]
        yield told("complaints", complaints, types=words.joined(most[:3]))
    if praise := gathered.acts.get(Act.PRAISE, 0):
        yield told("praise", praise)
    critical = gathered.urgencies.get("critical", 0)
    if urgent := critical + gathered.urgencies.get("high", 0):
        yield told("urgent", urgent, critical=number(critical))
    for tone, count in list(gathered.tones.items())[:1]:
        hard = sum(gathered.tones.get(one, 0) for one in _HARD)
        yield told("tone", count, tone=words.label(tone), hard=number(hard))
    if gathered.asks:
        most = [f"{words.asked(ask)} ({number(count)})" for ask, count in gathered.asks.items()]
        yield words("glance.asks", asks=words.joined(most[:3]))
    if gathered.own_errors:
        yield told("own", gathered.own_errors)
    if timeline := gathered.timeline:
        top = max(range(len(timeline.rows)), key=timeline.rows.__getitem__)
        yield words(
            "glance.span" if timeline.first < timeline.last else "glance.one_day",
            first=words.day(timeline.first),
            last=words.day(timeline.last),
            top=words.step(timeline.starts[top], timeline.step),
            count=number(timeline.rows[top]),
        )
    if gathered.to_review:
        yield told("review", gathered.to_review)
    if gathered.repeated_rows:
        yield told("repeated", gathered.repeated_rows)


def _about_time(gathered: Gathered, words: Words) -> Iterator[str]:
    timeline = gathered.timeline
    if timeline is None:
        yield words("time.none")
        return
    yield words("time.column", column=gathered.date_column)
    if timeline.month_first is None:
        yield words("time.unclear")
    elif timeline.month_first:
        yield words("time.month_first")
    if timeline.undated:
        yield words("time.undated", count=words.number(timeline.undated))
    if timeline.outside:
        yield words("time.outside", count=words.number(timeline.outside))


def _fast(handed_on: HandedOn, words: Words) -> Iterator[str]:
    """What a fast model did, in sentences."""
    number, read = words.number, handed_on.read
    answered = read - handed_on.handed_on
    yield words(
        "made.answered", answered=number(answered), read=number(read), share=words.share(answered, read)
    )
    if handed_on.doubts:
        doubts = [
            f"{words.field(name)} ({words.share(count, read)})" for name, count in handed_on.doubts.items()
        ]
        yield words("made.doubts", count=number(handed_on.handed_on), doubts=words.joined(doubts))


def _shown_phrases(phrases: Sequence[Phrase], main: str) -> list[Phrase]:
    """Those of the main language first, of every other one the first few."""
    shown = [one for one in phrases if one.language == main]
    for language in sorted({one.language for one in phrases} - {main}):
        shown += [one for one in phrases if one.language == language][:_OTHER_LANGUAGES]
    return shown


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("nlp"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = _shown
    return environment.get_template("classified.html")


def _shown(sample: Sample) -> str:
    text = sample.text.strip()
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS].rpartition(' ')[0]} …"


def _took(seconds: float, words: Words) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return words("made.seconds", seconds=words.number(round(seconds, 1)))
    return words("made.minutes", minutes=words.number(minutes), seconds=rest)

"""The figures of the page about a classified table: a picture, what it tells, and its numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.batch.gathering import BINS, Gathered
from nlp.batch.report_charts import Bar, Cell, bars_chart, columns_chart, heat_map, histogram
from nlp.batch.report_words import Words
from nlp.batch.timeline import Timeline

MOST_TYPES = 25
"""Types that are shown one by one; of more only the numbers are told."""

_STACKED = 6
_BARS = 15
_URGENCIES = ("low", "normal", "high", "critical")
_SURE, _UNSURE = BINS * 9 // 10, BINS * 6 // 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Cells as they are shown; the first column holds words, all others numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """An SVG, the same in words (`told`), notes to be read with it, and the numbers that it shows."""

    svg: str
    told: str
    table: Table
    title: str = ""
    notes: tuple[str, ...] = ()


def counts_figure(
    counts: Mapping[str, int], total: int, words: Words, name: Callable[[str], str], *notes: str
) -> Figure:
    """Bars with counts and shares of `total`, most frequent first."""
    rows = [(name(label), count, words.share(count, total)) for label, count in counts.items()]
    return Figure(
        svg=bars_chart(
            [
                Bar(name=label, value=count, told=f"{words.number(count)} · {share}")
                for label, count, share in rows[:_BARS]
            ]
        ),
        told="; ".join(f"{label}: {words.number(count)} ({share})" for label, count, share in rows[:_BARS]),
        table=Table(
            header=("", words("messages"), words("share")),
            rows=tuple((label, words.number(count), share) for label, count, share in rows[: 4 * MOST_TYPES]),
        ),
        notes=notes,
    )


def type_tones_figure(gathered: Gathered, words: Words) -> Figure:
    """The tones of each type, in shares of its messages."""
    types, tones = list(gathered.types)[:MOST_TYPES], list(gathered.tones)

    def share(kind: str, tone: str) -> float:
        return gathered.type_tones.get((kind, tone), 0) / gathered.types[kind]

    cells = [
        Cell(
            row=words.label(kind),
            column=words.label(tone),
            share=share(kind, tone),
            told=f"{100 * share(kind, tone):.0f}" if share(kind, tone) >= 0.005 else "",
        )
        for kind in types
        for tone in tones
    ]
    most = {kind: max(tones, key=lambda tone: share(kind, tone)) for kind in types}
    told = "; ".join(
        words(
            "type_tones.most",
            type=words.label(kind),
            tone=words.label(tone),
            share=words.share(share(kind, tone), 1),
        )
        for kind, tone in most.items()
    )
    return Figure(
        svg=heat_map(cells),
        told=words("type_tones.alt", told=told),
        table=Table(
            header=("", *(words.label(tone) for tone in tones)),
            rows=tuple(
                (
                    words.label(kind),
                    *(words.number(gathered.type_tones.get((kind, tone), 0)) for tone in tones),
                )
                for kind in types
            ),
        ),
        notes=(words("type_tones.note"),),
    )


def urgency_figure(timeline: Timeline, words: Words) -> Figure:
    """The shares of the urgencies in each step."""
    series = {
        words.label(one): timeline.urgencies[one]
        for one in _URGENCIES
        if any(timeline.urgencies.get(one, ()))
    }
    svg = columns_chart(_names(timeline, words), series, shares=True, urgencies=True)
    return _over_time(timeline, words, svg, series, words("urgency.note"))


def volume_figure(timeline: Timeline, types: Sequence[str], words: Words) -> Figure:
    """Complaints of the most frequent types, one on the other, and of all the others."""
    there = [one for one in types if any(timeline.types.get(one, ()))]
    series = {words.label(one): timeline.types[one] for one in there[:_STACKED]}
    if len(there) > _STACKED:
        others = zip(*(timeline.types[one] for one in there[_STACKED:]), strict=True)
        series[words("types.others")] = tuple(sum(step) for step in others)
    svg = columns_chart(_names(timeline, words), series)
    return _over_time(timeline, words, svg, series, words("volume.note"))


def confidence_figures(gathered: Gathered, words: Words) -> Iterator[Figure]:
    """How sure the decisions were, by field."""
    for field, counts in gathered.confidence.items():
        total, name = sum(counts), words(f"confidence.{field}")
        if total:
            yield Figure(
                title=name,
                svg=histogram(counts, probability=words("confidence.probability")),
                told=words(
                    "confidence.alt",
                    field=name,
                    high=words.share(sum(counts[_SURE:]), total),
                    low=words.share(sum(counts[:_UNSURE]), total),
                ),
                table=Table(
                    header=(words("confidence.probability"), words("confidence.decisions"), words("share")),
                    rows=tuple(
                        (
                            f"{100 * place // BINS}–{100 * (place + 1) // BINS} %",
                            words.number(count),
                            words.share(count, total),
                        )
                        for place, count in enumerate(counts)
                        if count
                    ),
                ),
            )


def review_table(gathered: Gathered, words: Words) -> Table:
    """Types by the share of their messages that are to be reviewed."""
    shares = {kind: gathered.type_review.get(kind, 0) / count for kind, count in gathered.types.items()}
    ranked = sorted(shares, key=lambda kind: -shares[kind])[:MOST_TYPES]
    return Table(
        header=("", words("messages"), words("confidence.to_review"), words("share")),
        rows=tuple(
            (
                words.label(kind),
                words.number(gathered.types[kind]),
                words.number(gathered.type_review.get(kind, 0)),
                words.share(shares[kind], 1),
            )
            for kind in ranked
        ),
    )


def _names(timeline: Timeline, words: Words) -> list[str]:
    return [words.step(start, timeline.step, short=True) for start in timeline.starts]


def _over_time(
    timeline: Timeline, words: Words, svg: str, series: Mapping[str, Sequence[int]], note: str
) -> Figure:
    names = [words.step(start, timeline.step) for start in timeline.starts]

    def most(name: str, counts: Sequence[int]) -> str:
        top = max(range(len(counts)), key=counts.__getitem__)
        told = {"count": words.number(sum(counts)), "top": words.number(counts[top]), "when": names[top]}
        return words("time.most", name=name, **told)

    told = "; ".join(most(name, counts) for name, counts in series.items())
    return Figure(
        svg=svg,
        told=words("time.alt", first=names[0], last=names[-1], told=told),
        table=Table(
            header=(words("time.period"), words("time.all"), *series),
            rows=tuple(
                (name, words.number(every), *(words.number(counts[place]) for counts in series.values()))
                for place, (name, every) in enumerate(zip(names, timeline.rows, strict=True))
            ),
        ),
        notes=(f"{note} {words(f'time.{timeline.step}')}",),
    )

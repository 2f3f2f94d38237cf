"""Phrases that come up again and again in messages of one kind, and much less elsewhere."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from models.labels import Act
from nlp.batch.samples import Sample
from nlp.training.corpus import SHIPPED, read_corpus

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[^.!?;:\n…]+[.!?…]*")
_LONGEST, _GAP = 3, 2  # content words in a phrase, and other words that may stand between two of them
_LONGEST_LETTERS = 120
_LEAST_MESSAGES = 3
_LEAST_SHARE = 0.01
_LEAST_SURPLUS = 2.0  # standard deviations
_LEAST_TIMES = 2.0  # as often as elsewhere
_PRIOR, _PRIOR_PART = 100.0, 0.1  # messages at most, and the part of all messages
_SAME = 0.5  # the part of a phrase's messages that another phrase may tell already
_EVERYWHERE, _EVEN = 0.02, 0.7
_FEWEST = 12
_QUOTED = 220


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """A sentence with the phrase in it."""

    row: int
    before: str
    phrase: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """A phrase as most write it; `count` of the `looked_at` messages of its kind and language have it."""

    words: str
    language: str
    count: int
    looked_at: int
    quotes: tuple[Quote, ...]

    @property
    def share(self) -> float:
        """The part of the messages that have it."""
        return self.count / self.looked_at


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """Where a phrase stands in a text; `key` holds its content words without their endings."""

    key: str
    start: int
    end: int


def recurring(pool: Sequence[Sample], *, most: int) -> Mapping[str, tuple[Phrase, ...]]:
    """For each complaint type, and for `praise`, at most `most` phrases of each language, by language.

    Phrases are content words in their order within a sentence. They are ranked by how much more often
    messages of the kind have them than all others of the language, as log-odds with an informative prior over
    their standard deviation (Monroe, Colaresi and Quinn, "Fightin' Words", 2008), with messages where that
    counts words. Messages that differ in figures and marks alone are one.
    """
    phrases: dict[str, list[Phrase]] = {}
    for language in sorted({sample.language for sample in pool}):
        samples = _distinct([sample for sample in pool if sample.language == language])
        for kind, found in _in_language(samples, language, most).items():
            phrases.setdefault(kind, []).extend(found)
    return {kind: tuple(found) for kind, found in phrases.items()}


def _in_language(samples: Sequence[Sample], language: str, most: int) -> Mapping[str, list[Phrase]]:
    plain = _everywhere().get(language, frozenset())
    counter = CountVectorizer(
        analyzer=lambda text: [one.key for one in _phrases(text, plain)], binary=True, min_df=_LEAST_MESSAGES
    )
    try:
        table = counter.fit_transform([sample.text for sample in samples]).tocsc()
    except ValueError:  # nothing comes up so often
        return {}
    keys = counter.get_feature_names_out()
    lengths = np.array([key.count(" ") for key in keys])
    kinds = sorted({kind for sample in samples for kind in _kinds(sample)})
    found = {}
    for kind in kinds:
        here = np.array([kind in _kinds(sample) for sample in samples])
        found[kind] = [
            _phrase(str(keys[column]), table, column, here, samples, language)
            for column in _characteristic(table, here, lengths, most)
        ]
    return found


def _characteristic(
    table: "sparse.csc_matrix", here: "NDArray[np.bool_]", lengths: "NDArray[np.int64]", most: int
) -> Iterator[int]:
    """The columns of the most characteristic phrases that do not tell the same messages twice.

    Of a phrase and its parts, where the parts never come alone, the whole is told.
    """
    every = np.asarray(table.sum(axis=0)).ravel()
    inside = np.asarray(table[here].sum(axis=0)).ravel()
    surplus = _log_odds(inside, every - inside, here)
    elsewhere = (every - inside) / max(here.size - here.sum(), 1)
    floor = max(_LEAST_MESSAGES, _LEAST_SHARE * here.sum())
    least = np.maximum(floor, _LEAST_TIMES * elsewhere * here.sum())
    told: list[set[int]] = []
    for column in np.lexsort((-lengths, -surplus)).tolist():
        if len(told) == most or surplus[column] < _LEAST_SURPLUS:
            return
        if inside[column] < least[column]:
            continue
        rows = table.indices[table.indptr[column] : table.indptr[column + 1]]
        messages = set(rows[here[rows]].tolist())
        if all(len(messages & other) <= _SAME * min(len(messages), len(other)) for other in told):
            told.append(messages)
            yield column


def _log_odds(
    inside: "NDArray[np.int64]", outside: "NDArray[np.int64]", here: "NDArray[np.bool_]"
) -> "NDArray[np.float64]":
    """Equations 16 and 20 to 22 of Monroe et al.; the prior is some messages like all of them."""
    messages = min(_PRIOR, _PRIOR_PART * here.size)
    prior = messages * (inside + outside) / here.size
    there = here.size - here.sum()
    with_it, elsewhere = inside + prior, outside + prior
    # A half more keeps what every message has from dividing by nothing.
    odds = np.log(with_it / (here.sum() + messages - with_it + 0.5))
    odds -= np.log(elsewhere / (there + messages - elsewhere + 0.5))
    deviations: NDArray[np.float64] = odds / np.sqrt(1 / with_it + 1 / elsewhere)
    return deviations


def _phrase(
    key: str,
    table: "sparse.csc_matrix",
    column: int,
    here: "NDArray[np.bool_]",
    samples: Sequence[Sample],
    language: str,
) -> Phrase:
    rows = np.sort(table.indices[table.indptr[column] : table.indptr[column + 1]])
    having = [samples[row] for row in rows[here[rows]]]
    plain = _everywhere().get(language, frozenset())
    places = [next(one for one in _phrases(sample.text, plain) if one.key == key) for sample in having]
    written = [
        " ".join(sample.text[place.start : place.end].lower().split())
        for sample, place in zip(having, places, strict=True)
    ]
    words = min(Counter(written).items(), key=lambda one: (-one[1], len(one[0]), one[0]))[0]
    # Those that write it as most do first: they show best what is meant.
    order = sorted(range(len(having)), key=lambda one: written[one] != words)
    return Phrase(
        words=words,
        language=language,
        count=len(having),
        looked_at=int(here.sum()),
        quotes=tuple(_quote(having[one], places[one]) for one in order[:2]),
    )


def _quote(sample: Sample, place: _Found) -> Quote:
    text = sample.text
    sentence = next(one for one in _SENTENCE.finditer(text) if one.start() <= place.start < one.end())
    around = max((_QUOTED - (place.end - place.start)) // 2, 0)
    start, end = max(sentence.start(), place.start - around), min(sentence.end(), place.end + around)
    before, after = text[start : place.start].lstrip(), text[place.end : end].rstrip()
    if start > sentence.start():
        before = f"… {before.partition(' ')[2]}"
    if end < sentence.end():
        after = f"{after.rpartition(' ')[0]} …"
    return Quote(row=sample.row, before=before, phrase=text[place.start : place.end], after=after)


def _phrases(text: str, plain: frozenset[str]) -> Iterator[_Found]:
    for sentence in _SENTENCE.finditer(text):
        words = list(_WORD.finditer(text, sentence.start(), sentence.end()))
        content = [
            (number, word, _stem(word[0]))
            for number, word in enumerate(words)
            if word[0].lower() not in plain and len(word[0]) > 1
        ]
        for first, (_, beginning, _) in enumerate(content):
            for last in range(first + 1, min(first + _LONGEST, len(content))):
                number, end, stem = content[last]
                stems = [one for _, _, one in content[first:last]]
                far = (
                    number - content[last - 1][0] > _GAP + 1
                    or end.end() - beginning.start() > _LONGEST_LETTERS
                )
                if far or stem in stems:
                    break
                yield _Found(key=" ".join([*stems, stem]), start=beginning.start(), end=end.end())


def _stem(word: str) -> str:
    """A word without its last letter, where number and gender stand in most of these languages."""
    plain = word.lower()
    return plain[:-1] if len(plain) > 5 else plain


def _kinds(sample: Sample) -> tuple[str, ...]:
    return sample.types or ((str(Act.PRAISE),) if sample.act == Act.PRAISE else ())


def _distinct(samples: Sequence[Sample]) -> list[Sample]:
    distinct: dict[tuple[str, ...], Sample] = {}
    for sample in samples:
        distinct.setdefault(tuple(_WORD.findall(sample.text.lower())), sample)
    return list(distinct.values())


@cache
def _everywhere() -> Mapping[str, frozenset[str]]:
    """By language, words that are frequent in all messages of the corpus that ships, whatever they say."""
    groups: dict[str, dict[str, Counter[str]]] = {}
    sizes: Counter[tuple[str, str]] = Counter()
    for one in read_corpus([SHIPPED]):
        words = set(_WORD.findall(one.text.lower()))
        language = one.language or ""
        for kind in one.complaint_types or (one.act or "",):
            groups.setdefault(language, {}).setdefault(kind, Counter()).update(words)
            sizes[language, kind] += 1
    return {
        language: frozenset(_even(list(kinds.values()), [sizes[language, kind] for kind in kinds]))
        for language, kinds in groups.items()
    }


def _even(counts: Sequence[Counter[str]], sizes: Sequence[int]) -> Iterator[str]:
    messages = np.array(sizes)
    for word, count in sum(counts, Counter()).items():
        part = count / messages.sum()
        if count >= _FEWEST and part >= _EVERYWHERE:
            # A handful of messages tells little of a group: drawn towards the share in all.
            shares = (np.array([one[word] for one in counts]) + 10 * part) / (messages + 10)
            if shares.std() / shares.mean() < _EVEN:
                yield word

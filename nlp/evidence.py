"""Which words carried a label: those without which the model itself is less sure of it."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import pairwise

import numpy as np

from models.assessment import Assessment, Evidence, Span
from nlp.classifier import Classifier, clean
from nlp.encoders.encoder import Vectors
from nlp.heads import CHOICE_FIELDS, NO, Head

MOST_PIECES = 48
MOST_READ = 32_000
"""Letters that are read for one text, about two seconds: a longer one is cut into fewer, larger pieces."""

LONGEST = 3_000
"""Letters that are explained together; a longer text is explained where it speaks most for a label."""

PART = 600
"""Letters of a part of a longer text: few enough that its words can be told apart."""

MOST_PARTS = 3
"""Parts of a longer text that are explained."""

CARRIED = 0.6
"""Words are named until they make up this part of all that speaks for the label."""

MOST_NAMED = 0.4
"""Of the pieces of a text, at most this part is named: where everything counts, marking says nothing."""

FEWEST_SENTENCES = 3
"""A text of fewer is not looked at by sentences."""

Read = Callable[[Sequence[str]], Mapping[str, Vectors]]
"""What the heads say of cleaned texts, by field: float32 of shape (texts, labels)."""

_WORD = re.compile(r"\S+")
_END = re.compile(r"[.!?…]+[\"'»”)]*$")
_EDGES = " \t\n.,;:!?…\"'“”«»()[]"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Model:
    heads: Mapping[str, Head]
    read: Read

    def scores(self, texts: Sequence[str], wanted: Sequence[tuple[str, str]]) -> list[Vectors]:
        """For each wanted label its log odds in each text, shape (texts)."""
        said = self.read([clean(text) for text in texts])
        return [_scores(said[field], self.heads[field].labels.index(label)) for field, label in wanted]


def find_evidence(
    classifier: Classifier, text: str, assessment: Assessment, *, today: date | None = None
) -> tuple[Evidence, ...]:
    """Name the words that carried each label of an assessment of this text.

    Each piece of the text is left out once, and the model reads the rest: what lowers the score of the
    label most carried it. Pieces are words. Of a text with too many of them its sentences are left out first,
    and then the words of those that carried some label, so that each matter of several is found in its own
    sentence: at most `MOST_PIECES` pieces, and fewer where `MOST_READ` letters would not do. A label that
    no single piece carries has no spans; a text of one word is its own reason. One of more than `LONGEST`
    letters is read in parts of about `PART`, and each label explained in the part that speaks most for it: in
    at most `MOST_PARTS` parts, those that are wanted by most labels.

    `today` is the day that the message was read on, the current one by default: urgency hangs on it.

    Source: occlusion, as of Zeiler and Fergus 2014 and, for words, Li et al. 2016.
    """
    words = _words(text)
    wanted = [(field, label) for field, label in _wanted(assessment) if _is_told(classifier, field, label)]
    if not words or not wanted:
        return ()
    read = partial(
        classifier.probabilities,
        language=assessment.language,
        today=today or datetime.now(UTC).astimezone().date(),
    )
    explain = _explain if len(text) <= LONGEST else _explain_parts
    found = explain(_Model(heads=classifier.heads.fields, read=read), text, words, wanted)
    return tuple(
        Evidence(field=field, label=label, spans=spans)
        for (field, label), spans in zip(wanted, found, strict=True)
    )


def _explain_parts(
    model: _Model, text: str, words: Sequence[Span], wanted: Sequence[tuple[str, str]]
) -> list[tuple[Span, ...]]:
    """The spans of each label in that part of a long text which speaks most for it."""
    parts = _parts(words, text)
    scores = np.array(model.scores([text[part.start : part.end] for part in parts], wanted))
    wishes = Counter(scores.argmax(axis=1).tolist())
    chosen = sorted(part for part, _ in wishes.most_common(MOST_PARTS))
    of_label = [chosen[int(own)] for own in scores[:, chosen].argmax(axis=1)]
    found: dict[int, tuple[Span, ...]] = {}
    for at in chosen:
        start, end = parts[at].start, parts[at].end
        labels = [number for number, part in enumerate(of_label) if part == at]
        part = text[start:end]
        spans = _explain(model, part, _words(part), [wanted[number] for number in labels])
        for number, own in zip(labels, spans, strict=True):
            found[number] = tuple(Span(start=start + one.start, end=start + one.end) for one in own)
    return [found[number] for number in range(len(wanted))]


def _parts(words: Sequence[Span], text: str) -> list[Span]:
    """Sentences together, as many as `PART` letters hold; of a longer sentence as many words."""
    parts: list[Span] = []
    for sentence in _sentences(words, text):
        whole = sentence.end - sentence.start <= PART
        for piece in [sentence] if whole else [word for word in words if _meets(word, sentence)]:
            if parts and piece.end - parts[-1].start <= PART:
                parts[-1] = Span(start=parts[-1].start, end=piece.end)
            else:
                parts.append(piece)
    return parts


def _explain(
    model: _Model, text: str, words: Sequence[Span], wanted: Sequence[tuple[str, str]]
) -> list[tuple[Span, ...]]:
    """The spans of each label in a text that is read at once."""
    if len(words) == 1:
        return [tuple(words)] * len(wanted)
    most = min(MOST_PIECES, MOST_READ // len(text))
    sentences = _sentences(words, text)
    if len(words) <= most or len(sentences) < FEWEST_SENTENCES:
        drops = _drops(model, text, _grouped(words, most), wanted)
        named = [_named(one) for one in drops]
        pieces = [_grouped(words, most)] * len(wanted)
    else:
        whole = _grouped(sentences, most // 2)
        carried = [_named(one) for one in _drops(model, text, whole, wanted)]
        chosen = [whole[at] for at in sorted({at for one in carried for at in one})]
        inside = [[word for word in words if _meets(word, sentence)] for sentence in chosen]
        # Each sentence on its own, so that no piece runs over what stands between two of them.
        share = (most - len(whole)) / max(sum(map(len, inside)), 1)
        few = [piece for one in inside for piece in _grouped(one, max(int(share * len(one)), 1))]
        drops = _drops(model, text, few, wanted)
        # A label is looked for in the sentences that carried it, not in those of another matter.
        pieces = [
            [piece for piece in few if any(_meets(piece, whole[at]) for at in carrying)]
            for carrying in carried
        ]
        named = [
            _named(one[[few.index(piece) for piece in own]]) if own else []
            for one, own in zip(drops, pieces, strict=True)
        ]
    return [_joined(text, [own[at] for at in places]) for own, places in zip(pieces, named, strict=True)]


def _is_told(classifier: Classifier, field: str, label: str) -> bool:
    """Whether the heads know the label: it may have been found by others, which did not stay."""
    return label in classifier.heads.fields[field].labels


def _drops(
    model: _Model, text: str, pieces: Sequence[Span], wanted: Sequence[tuple[str, str]]
) -> list[Vectors]:
    """By how much the score of each label falls without each piece."""
    rest = [text[: piece.start] + " " + text[piece.end :] for piece in pieces]
    return [scores[0] - scores[1:] for scores in model.scores([text, *rest], wanted)]


def _wanted(assessment: Assessment) -> list[tuple[str, str]]:
    wanted = [(field, str(getattr(assessment, field).label)) for field in CHOICE_FIELDS]
    wanted += [("complaint_types", str(one.label)) for one in assessment.complaint_types]
    wanted += [("asks", str(one.label)) for one in assessment.asks]
    if assessment.own_error.label != NO:
        wanted.append(("own_error", str(assessment.own_error.label)))
    return wanted


def _words(text: str) -> list[Span]:
    return [Span(start=match.start(), end=match.end()) for match in _WORD.finditer(text) if clean(match[0])]


def _sentences(words: Sequence[Span], text: str) -> list[Span]:
    """Stretches of words up to a full stop, a question or exclamation mark, or the end of a line."""
    sentences, begun = [], words[0].start
    for word, following in pairwise([*words, Span(start=len(text), end=len(text))]):
        between = text[word.end : following.start]
        if following.start == len(text) or "\n" in between or _END.search(text[word.start : word.end]):
            sentences.append(Span(start=begun, end=word.end))
            begun = following.start
    return sentences


def _grouped(pieces: Sequence[Span], most: int) -> list[Span]:
    """Neighbours together, where there are too many."""
    if len(pieces) <= most:
        return list(pieces)
    return [
        Span(start=pieces[group[0]].start, end=pieces[group[-1]].end)
        for group in np.array_split(np.arange(len(pieces)), max(most, 1))
    ]


def _meets(piece: Span, other: Span) -> bool:
    return piece.start < other.end and other.start < piece.end


def _scores(probabilities: Vectors, label: int) -> Vectors:
    """Log odds: a probability near one moves little where its score moves much."""
    sure = np.clip(probabilities[:, label].astype(float), 1e-6, 1 - 1e-6)
    odds: Vectors = np.log(sure / (1 - sure))
    return odds


def _named(drops: Vectors) -> list[int]:
    """The pieces that matter most, as far as they are needed, in the order of the text."""
    speaking = np.maximum(drops, 0)
    order = [int(at) for at in np.argsort(-speaking, kind="stable")]
    most = max(1, int(MOST_NAMED * len(drops)))
    named, carried, whole = [], 0.0, float(speaking.sum())
    for at in order[:most]:
        if speaking[at] == 0 or carried >= CARRIED * whole:
            break
        named.append(at)
        carried += float(speaking[at])
    return sorted(named)


def _joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbours become one stretch, and punctuation at the edges is left out."""
    joined: list[Span] = []
    for span in spans:
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(start=joined[-1].start, end=span.end)
        else:
            joined.append(span)
    trimmed = []
    for span in joined:
        words = text[span.start : span.end]
        start = span.start + len(words) - len(words.lstrip(_EDGES))
        end = span.end - (len(words) - len(words.rstrip(_EDGES)))
        trimmed.append(Span(start=start, end=end) if start < end else span)
    return tuple(trimmed)

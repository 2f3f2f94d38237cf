"""Which words carried a label: those without which the model itself is less sure of it."""

import re
from collections.abc import Sequence

import numpy as np

from models.assessment import Assessment, Evidence, Span
from nlp.classifier import Classifier, clean
from nlp.encoder import Vectors
from nlp.heads import CHOICE_FIELDS, NO, Head

MOST_PIECES = 48
MOST_READ = 32_000
"""Letters that are read for one text, about two seconds: a longer one is cut into fewer, larger pieces."""

LONGEST = 3_000
"""Letters of a text that is explained; in a longer one nobody looks for underlined words."""

CARRIED = 0.6
"""Words are named until they make up this part of all that speaks for the label."""

MOST_NAMED = 0.4
"""Of the pieces of a text, at most this part is named: where everything counts, marking says nothing."""

_WORD = re.compile(r"\S+")
_EDGES = " \t\n.,;:!?…\"'“”«»()[]"


def find_evidence(classifier: Classifier, text: str, assessment: Assessment) -> tuple[Evidence, ...]:
    """Name the words that carried each label of an assessment of this text.

    Each piece of the text is left out once, and the model reads the rest: what lowers the score of the
    label most carried it. Pieces are words, or in a long text groups of neighbouring words: at most
    `MOST_PIECES`, and fewer where `MOST_READ` letters would not do. A label that no single piece carries
    has no spans; a text of one word is its own reason; one of more than `LONGEST` letters has none.

    Source: occlusion, as of Zeiler and Fergus 2014 and, for words, Li et al. 2016.
    """
    pieces = _pieces(text) if len(text) <= LONGEST else []
    wanted = _wanted(assessment)
    if not pieces:
        return ()
    rest = [clean(text[: piece.start] + " " + text[piece.end :]) for piece in pieces]
    if len(pieces) == 1:
        return tuple(Evidence(field=field, label=label, spans=tuple(pieces)) for field, label in wanted)
    features = classifier.features([clean(text), *rest])
    found = []
    for field, label in wanted:
        head = classifier.heads.fields[field]
        if label not in head.labels:
            # It was found by other heads, which did not stay.
            continue
        scores = _scores(head, head.probabilities(features[field]), head.labels.index(label))
        named = _named(scores[0] - scores[1:])
        found.append(Evidence(field=field, label=label, spans=_joined(text, [pieces[at] for at in named])))
    return tuple(found)


def _wanted(assessment: Assessment) -> list[tuple[str, str]]:
    wanted = [(field, str(getattr(assessment, field).label)) for field in CHOICE_FIELDS]
    wanted += [("complaint_types", str(one.label)) for one in assessment.complaint_types]
    wanted += [("asks", str(one.label)) for one in assessment.asks]
    if assessment.own_error.label != NO:
        wanted.append(("own_error", str(assessment.own_error.label)))
    return wanted


def _pieces(text: str) -> list[Span]:
    words = [Span(start=match.start(), end=match.end()) for match in _WORD.finditer(text) if clean(match[0])]
    most = min(MOST_PIECES, MOST_READ // max(len(text), 1))
    if len(words) <= most:
        return words
    return [
        Span(start=words[group[0]].start, end=words[group[-1]].end)
        for group in np.array_split(np.arange(len(words)), most)
    ]


def _scores(head: Head, probabilities: Vectors, label: int) -> Vectors:
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

"""Which language a message is written in.

py3langid was made for pages, and three words are little for it; so its opinion is joined with that of a
logistic regression on the pieces of words, trained on our own messages (`python -m nlp.language`), and with
how often each word is written in each language (`nlp/word_frequencies.py`). All see `LOOKED_AT` letters at a
time (`nlp/stretches.py`); docs/evaluation.md says how often they are right. Of what is in none of our
languages py3langid alone has an opinion, and is heeded where it is far surer of another, or where it is
surer and no language of ours has many of the words.
"""

import random
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load, save
from scipy import sparse

from nlp.pieces import count_pieces
from nlp.stretches import LOOKED_AT, Cut, cut_up
from nlp.word_frequencies import load_frequencies

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

    from nlp.encoders.encoder import Vectors

LANGUAGES = ("it", "en", "es", "fr", "de", "pt")
"""The languages told apart (ISO 639-1)."""

UNKNOWN = "und"
"""A text's language where it is none of them (ISO 639-2, undetermined)."""

FAR_SURER = 5.0
"""By how much py3langid's log-probability of another language must be above that of all of ours.

Of the training part's 5,295 messages one in dialect is that far, of 10,066 stretches of three words one;
sentences in other languages are mostly by 7 to 27.
"""

SURER = 2.0
"""The same of a text of three words or more that no language of ours knows more than half of.

So far are one of the training part's 5,675 messages and 6 of 32,423 stretches of three words, mostly dialect;
of 28 short sentences in other languages, written without their accents, 23 instead of 17.
"""

LEAST_CONFIDENCE = 0.6
"""Below this the text is too short or too mixed to tell."""

SURE_OF_QUESTION = 0.9
"""How sure one must be of a question's language for it to count for more than that of all the rest."""

TRAINED = Path(__file__).parent / "trained" / "language.safetensors"

_PIECES = range(1, 5)
_BUCKETS = 1 << 14
_STRETCHES, _STRETCH = 6, 3  # so many stretches of so many words are cut from each training message
_LEAST_LETTERS = 6
_LEAST_WORDS, _SHORTHAND = (
    3,
    15,
)  # "xké nn risp", "tqm bss xfa": no list knows what is written in so few bytes
_LEAST_BYTES = 12  # of a text that may be in another language: "ok va bn" looks like any
_SURELY_NOT = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageModel:
    """`weight` has shape (buckets, languages), `bias` (languages); what a text has counts once."""

    weight: "Vectors"
    bias: "Vectors"

    def scores(self, texts: Sequence[str]) -> "Vectors":
        """Log-probabilities of `LANGUAGES`, not normalised: shape (texts, languages)."""
        scores: Vectors = _pieces_there(texts) @ self.weight + self.bias
        return scores


def detect_language(text: str, fallback: str = "it") -> str:
    """The ISO 639-1 code of a text's language, `UNKNOWN` for others, `fallback` where it cannot be told."""
    return detect_languages([text], fallback)[0]


def detect_languages(texts: Sequence[str], fallback: str = "it") -> list[str]:
    """The same for many texts, which takes a thirtieth of the time a text."""
    cut = [cut_up(text) for text in texts]
    told = _tell([stretch for one in cut for stretch in one.stretches])
    languages: list[str] = []
    at = 0
    for one in cut:
        languages.append(_joined(one, told[at : at + len(one.stretches)]) or fallback)
        at += len(one.stretches)
    return languages


def _tell(texts: Sequence[str]) -> list[tuple[str | None, float]]:
    """The language of each text, or None, and how sure that is."""
    told: list[tuple[str | None, float]] = [(None, 0.0)] * len(texts)
    places = [place for place, text in enumerate(texts) if any(map(str.isalpha, text))]
    if not places:
        return told
    lettered = [texts[place] for place in places]
    shares, others = opinions(lettered)
    scores = np.log(np.maximum(shares, _SURELY_NOT)) + load_model().scores(lettered)
    words = load_frequencies().look_up(lettered)
    scores += words.scores
    # All three know it from the same letters: their sum is surer than it is right, half of it is not.
    scores /= 2
    sure = np.exp(scores - scores.max(axis=1, keepdims=True))
    best, confident = sure.argmax(axis=1), sure.max(axis=1) / sure.sum(axis=1)
    sizes = np.array([len(text.encode("utf-8", "surrogatepass")) for text in lettered])
    strange = (words.words >= _LEAST_WORDS) & (2 * words.most <= words.words) & (sizes >= _SHORTHAND)
    foreign = (others > np.where(strange, SURER, FAR_SURER)) & (sizes >= _LEAST_BYTES)
    for place, language, confidence, other in zip(
        places, best.tolist(), confident.tolist(), foreign.tolist(), strict=True
    ):
        if other:
            told[place] = UNKNOWN, 1.0
        elif confidence >= LEAST_CONFIDENCE:
            told[place] = LANGUAGES[language], confidence
    return told


def _joined(cut: Cut, told: Sequence[tuple[str | None, float]]) -> str | None:
    """The language of the question that a text ends its matter with, else of most of its letters."""
    if cut.asks:
        language, confidence = told[-1]
        if language in LANGUAGES and confidence >= SURE_OF_QUESTION:
            return language
        told = told[:-1]
    letters: Counter[str] = Counter()
    for stretch, (language, _) in zip(cut.stretches, told, strict=False):
        if language is not None:
            letters[language] += len(stretch)
    return letters.most_common(1)[0][0] if letters else None


def opinions(texts: Sequence[str]) -> tuple["Vectors", "Vectors"]:
    """What py3langid's `rank` says of each text: float32 of shape (texts, languages).

    The second array, of shape (texts), says by how much the log-probability of the likeliest language that is
    none of `LANGUAGES` is above that of the likeliest of these.

    Its automaton takes a step for each byte of one text, in Python; here all texts take it together.
    """
    model = load_identifier()
    moves, rows, features = _automaton()
    encoded = [
        unicodedata.normalize("NFC", text.lower() if text.isupper() else text).encode(
            "utf-8", "surrogatepass"
        )
        for text in texts
    ]
    lengths = np.array([len(one) for one in encoded])
    order = np.argsort(-lengths, kind="stable")
    # One row a byte, the longest text in the first column: those that go on are a slice.
    steps = np.zeros((len(texts), lengths.max()), np.uint8)
    steps[np.arange(lengths.max()) < lengths[order, None]] = np.frombuffer(
        b"".join(encoded[place] for place in order), np.uint8
    )
    steps = np.ascontiguousarray(steps.T)
    going = np.searchsorted(-lengths[order], -np.arange(len(steps)), side="left")
    states = np.zeros(len(texts), np.intp)
    found = np.full(steps.shape, -1, np.int32)
    for step, count in enumerate(going):
        states[:count] = moves[rows[states[:count]] + steps[step, :count]]
        found[step, :count] = features[states[:count]]
    bytes_at, columns = np.nonzero(found >= 0)
    ones = np.ones(len(columns), np.float32)
    visits = sparse.csr_array(
        (ones, (order[columns], found[bytes_at, columns])), shape=(len(texts), len(model.nb_ptc))
    )
    visits.sum_duplicates()
    visits.data = np.log1p(visits.data)
    # The table is kept in halves, and the whole of it is 100,000 rows: those that are seen are made whole.
    seen, columns = np.unique(visits.indices, return_inverse=True)
    of_seen = sparse.csr_array((visits.data, columns, visits.indptr), shape=(len(texts), len(seen)))
    scores = of_seen @ model.nb_ptc[seen].astype(np.float32)
    scores += np.where(np.diff(visits.indptr)[:, None], model.nb_pc, np.float32(0))
    scores *= (1 / np.sqrt(np.maximum(lengths, 1)))[:, None].astype(np.float32)
    places = [model.nb_classes.index(language) for language in LANGUAGES]
    ours = scores[:, places]
    likeliest = ours.max(axis=1, keepdims=True)
    shares: Vectors = np.exp(ours - likeliest)
    shares /= shares.sum(axis=1, keepdims=True)
    others: Vectors = np.delete(scores, places, axis=1).max(axis=1) - likeliest[:, 0]
    return shares, others


@cache
def _automaton() -> tuple[npt.NDArray[np.integer], ...]:
    """The next state by row and byte, the row's start by state, and what is seen at a state (-1: nothing)."""
    model = load_identifier()
    rows = np.asarray(model.tk_row, np.intp) << 8
    return np.asarray(model.tk_nextmove), rows, np.asarray(model.tk_output, np.int32)


@cache
def load_identifier() -> "LanguageIdentifier":
    """Read py3langid's model of 97 languages, once; it takes most of a second, and 100 MB on the way."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def load_model() -> LanguageModel:
    """Our own weights, which ship with the package."""
    tensors = load(TRAINED.read_bytes())
    return LanguageModel(weight=tensors["weight"].astype(np.float32), bias=tensors["bias"].astype(np.float32))


def train_language(rows: Sequence[tuple[str, str]], *, seed: int = 0) -> LanguageModel:
    """Train on messages with their languages: whole, and in stretches of three words."""
    from sklearn.linear_model import LogisticRegression

    dice = random.Random(seed)
    shown = [row for row in rows if row[1] in LANGUAGES]
    shown += [row for text, language in shown for row in _stretches(text, language, dice)]
    points = _pieces_there([text[:LOOKED_AT] for text, _ in shown])
    model = LogisticRegression(max_iter=300, class_weight="balanced")
    model.fit(points, [LANGUAGES.index(language) for _, language in shown])
    return LanguageModel(weight=model.coef_.T.astype(np.float32), bias=model.intercept_.astype(np.float32))


def _pieces_there(texts: Sequence[str]) -> sparse.csr_array:
    pieces = count_pieces(texts, _PIECES, _BUCKETS)
    pieces.data = np.ones_like(pieces.data)
    return pieces


def _stretches(text: str, language: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    words = text.split()
    for _ in range(_STRETCHES if len(words) > _STRETCH else 0):
        first = dice.randrange(len(words) - _STRETCH + 1)
        stretch = " ".join(words[first : first + _STRETCH])
        if sum(character.isalpha() for character in stretch) >= _LEAST_LETTERS:
            yield stretch, language


def main() -> None:
    """Trains anew on the train part of the corpus and writes the weights."""
    from nlp.training.corpus import read_corpus, split

    corpus = Path(__file__).parent / "data" / "corpus.jsonl"
    training, _ = split(read_corpus([corpus]))
    model = train_language([(one.text, one.language) for one in training if one.language is not None])
    temporary = TRAINED.with_name(f".{TRAINED.name}.partial")
    tensors = {"weight": model.weight.astype(np.float16), "bias": model.bias.astype(np.float16)}
    temporary.write_bytes(save(tensors))
    temporary.replace(TRAINED)
    sys.stderr.write(f"{TRAINED} written\n")


if __name__ == "__main__":
    main()

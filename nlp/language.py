"""Which language a message is written in.

py3langid was made for pages, and three words are little for it; so its opinion is joined with that of a
logistic regression on the pieces of words, trained on our own messages (`python -m nlp.language`). Both see
the first `LOOKED_AT` letters; docs/evaluation.md says how often they are right.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load, save

from nlp.lexical import buckets_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

    from nlp.encoder import Vectors

LANGUAGES = ("it", "en", "es", "fr", "de", "pt")
"""The languages told apart (ISO 639-1)."""

LEAST_CONFIDENCE = 0.5
"""Below this the text is too short or too mixed to tell."""

LOOKED_AT = 160
"""Letters of a text that are looked at: nobody changes the language after that."""

TRAINED = Path(__file__).parent / "trained" / "language.safetensors"

_PIECES = range(1, 5)
_BUCKETS = 1 << 14
_STRETCHES, _STRETCH = 6, 3  # so many stretches of so many words are cut from each training message
_LEAST_LETTERS = 6
_SURELY_NOT = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageModel:
    """`weight` has shape (buckets, languages), `bias` (languages); what a text has counts once."""

    weight: "Vectors"
    bias: "Vectors"

    def scores(self, text: str) -> "Vectors":
        """Log-probabilities of `LANGUAGES`, not normalised."""
        there = sorted(set(buckets_of(text, _PIECES, _BUCKETS)))
        scores: Vectors = self.weight[there].sum(axis=0) + self.bias
        return scores


def detect_language(text: str, fallback: str = "it") -> str:
    """The ISO 639-1 code of a text's language, or `fallback` where it cannot be told."""
    seen = text[:LOOKED_AT]
    if not any(character.isalpha() for character in seen):
        return fallback
    known = dict(load_identifier().rank(seen))
    opinion = np.log([max(float(known[language]), _SURELY_NOT) for language in LANGUAGES])
    scores = opinion + load_model().scores(seen)
    sure = np.exp(scores - scores.max())
    best = int(sure.argmax())
    return LANGUAGES[best] if sure[best] / sure.sum() >= LEAST_CONFIDENCE else fallback


@cache
def load_identifier() -> "LanguageIdentifier":
    """Read py3langid's model, once; it takes most of a second, and 100 MB on the way to 50."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    every = LanguageIdentifier.from_model_file(MODEL_FILE)
    every.set_languages(LANGUAGES)
    # Built again from what is left, because the first one keeps the tables of all 97 languages.
    return LanguageIdentifier(
        every.nb_ptc,
        every.nb_pc,
        every.nb_classes,
        every.tk_nextmove,
        every.tk_output,
        norm_probs=True,
        tk_row=every.tk_row,
    )


@cache
def load_model() -> LanguageModel:
    """Our own weights, which ship with the package."""
    tensors = load(TRAINED.read_bytes())
    return LanguageModel(weight=tensors["weight"].astype(np.float32), bias=tensors["bias"].astype(np.float32))


def train_language(rows: Sequence[tuple[str, str]], *, seed: int = 0) -> LanguageModel:
    """Train on messages with their languages: whole, and in stretches of three words."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    dice = random.Random(seed)
    shown = [row for row in rows if row[1] in LANGUAGES]
    shown += [row for text, language in shown for row in _stretches(text, language, dice)]
    there = [sorted(set(buckets_of(text[:LOOKED_AT], _PIECES, _BUCKETS))) for text, _ in shown]
    ends = np.cumsum([0, *map(len, there)])
    columns = np.concatenate([np.array(one, np.intp) for one in there])
    points = sparse.csr_array(
        (np.ones(len(columns), np.float32), columns, ends), shape=(len(shown), _BUCKETS)
    )
    model = LogisticRegression(max_iter=300, class_weight="balanced")
    model.fit(points, [LANGUAGES.index(language) for _, language in shown])
    return LanguageModel(weight=model.coef_.T.astype(np.float32), bias=model.intercept_.astype(np.float32))


def _stretches(text: str, language: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    words = text.split()
    for _ in range(_STRETCHES if len(words) > _STRETCH else 0):
        first = dice.randrange(len(words) - _STRETCH + 1)
        stretch = " ".join(words[first : first + _STRETCH])
        if sum(character.isalpha() for character in stretch) >= _LEAST_LETTERS:
            yield stretch, language


def main() -> None:
    """Trains anew on the train part of the corpus and writes the weights."""
    from nlp.corpus import read_corpus, split

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

"""How often the words of a text are written in each language.

The figures come from the package wordfreq 3.1.1 (Robyn Speer, *wordfreq*, 2022; data under CC BY-SA 4.0, as
is the table made of them). `python -m nlp.word_frequencies` makes the table where that package is installed;
nothing else needs it.
"""

import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load, save

if TYPE_CHECKING:
    from nlp.encoders.encoder import Vectors

TABLE = Path(__file__).parent / "trained" / "word_frequencies.safetensors"

WORDS = 15_000
"""The most frequent words that are kept of each language; a third of them is in more than one."""

RAREST = 15.0
"""What a word costs that is not kept, in nats: less than one in three million."""

_NOT_KEPT = 255
_STEP = RAREST / _NOT_KEPT
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class WordFrequencies:
    """`hashes`: the words' CRC-32 in UTF-8, ascending; `costs` (words, languages): in 255ths of `RAREST`."""

    hashes: npt.NDArray[np.uint32]
    costs: npt.NDArray[np.uint8]

    def look_up(self, texts: Sequence[str]) -> "KnownWords":
        """What the table knows of the words of some texts."""
        found = [_hashes(text) for text in texts]
        words = np.array([len(one) for one in found], np.intp)
        owners = np.repeat(np.arange(len(texts)), words)
        hashes = np.array([one for row in found for one in row], np.uint32)
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        kept = self.hashes[places] == hashes
        return KnownWords(words=words, owners=owners[kept], costs=self.costs[places[kept]])


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownWords:
    """Of n texts the number of `words` (n); of those in a table the text, and the `costs` by language."""

    words: npt.NDArray[np.intp]
    owners: npt.NDArray[np.intp]
    costs: npt.NDArray[np.uint8]

    @property
    def scores(self) -> "Vectors":
        """Log-probabilities of the known words of each text: float32 of shape (n, languages).

        A word that no language has says nothing; nor does a text without any other.
        """
        scores = np.zeros((len(self.words), self.costs.shape[1]), np.float32)
        np.subtract.at(scores, self.owners, self.costs * np.float32(_STEP))
        return scores

    @property
    def most(self) -> npt.NDArray[np.intp]:
        """How many words of each text one language has at most; shape (n)."""
        counts = np.zeros((len(self.words), self.costs.shape[1]), np.intp)
        np.add.at(counts, self.owners, self.costs < _NOT_KEPT)
        most: npt.NDArray[np.intp] = counts.max(axis=1)
        return most


def _hashes(text: str) -> list[int]:
    letters = unicodedata.normalize("NFC", text).lower()
    return [crc32(word.encode()) for word in _WORD.findall(letters)]


@cache
def load_frequencies() -> WordFrequencies:
    """The table that ships with the package, read once."""
    tensors = load(TABLE.read_bytes())
    return WordFrequencies(hashes=tensors["hashes"], costs=tensors["costs"])


def make_frequencies(lists: Mapping[str, Mapping[str, float]]) -> WordFrequencies:
    """From the share that each word has of what is written in a language; columns are in their order."""
    costs: dict[int, npt.NDArray[np.uint8]] = {}
    for place, listed in enumerate(lists.values()):
        shares = {word: share for word, share in listed.items() if _WORD.fullmatch(word)}
        for word in sorted(shares, key=lambda word: (-shares[word], word))[:WORDS]:
            row = costs.setdefault(crc32(word.encode()), np.full(len(lists), _NOT_KEPT, np.uint8))
            row[place] = min(round(-float(np.log(shares[word])) / _STEP), _NOT_KEPT)
    hashes = np.array(sorted(costs), np.uint32)
    return WordFrequencies(hashes=hashes, costs=np.array([costs[one] for one in hashes.tolist()], np.uint8))


def main() -> None:
    """Makes the table from wordfreq's small lists, which hold what is one word in a million or more."""
    from wordfreq import get_frequency_dict

    from nlp.language import LANGUAGES

    made = make_frequencies({language: get_frequency_dict(language, "small") for language in LANGUAGES})
    temporary = TABLE.with_name(f".{TABLE.name}.partial")
    temporary.write_bytes(save({"hashes": made.hashes, "costs": made.costs}))
    temporary.replace(TABLE)
    sys.stderr.write(f"{TABLE} written: {len(made.hashes):,} words\n")


if __name__ == "__main__":
    main()

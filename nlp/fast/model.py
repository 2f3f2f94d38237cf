"""A cheap model for easy messages: the sum of what was learned of each piece and pair of pieces.

It reads nothing of their order but the pairs, and takes a hundredth of the encoder's time. It is taught by
the heads that it belongs to (`nlp.fast.training`), and knows what it does not know: a message goes on to the
whole classifier when any field is less sure than its bound.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from scipy import sparse

from models.labels import Act
from nlp.encoders.encoder import Encoder, Vectors
from nlp.errors import FingerprintError, HeadsError
from nlp.features import Features
from nlp.heads import FAST, FIELDS, SCOPE, Flags, Head, Heads

LONGEST = 1000
"""Letters of a text that may be answered here; a longer one has more to say than a sum can hold."""

TOO_LONG = "length"
"""Stands where a field would for what keeps a longer text from being answered."""

PAIRS = 1 << 14
"""Buckets that pairs of neighbouring pieces are hashed into."""

_FORMAT = 1
_DESCRIPTION = "description"
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio in 64 bits: neighbours land far apart
_HIGHEST = 127.0  # of the whole numbers that a row of the table is stored in

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class FastModel:
    """The model as it is trained and kept.

    `codes` are the ids of the pieces that it knows, rising; `table` has a row of numbers for each of them and
    then for each bucket of pairs, float32 of shape (len(codes) + PAIRS, width), `bias` (width). `fields` are
    heads that read the `width` numbers and no wording, and `sure_from` is by field the confidence from which
    what they say stands. `heads` is the id of the heads that it foretells, `encoder` the name of theirs.
    """

    codes: Codes
    table: Vectors
    bias: Vectors
    fields: Mapping[str, Head]
    sure_from: Mapping[str, float]
    heads: str
    encoder: str

    def probabilities(self, encoder: Encoder, texts: Sequence[str]) -> dict[str, Vectors]:
        """By field, float32 of shape (texts, labels), of the first `LONGEST` letters of cleaned texts.

        Of `encoder` nothing but its tokenizer is asked.
        """
        return self.read(bags_of(encoder.pieces([text[:LONGEST] for text in texts]), self.codes))

    def read(self, bags: sparse.csr_array) -> dict[str, Vectors]:
        """The same, of what `bags_of` makes of texts."""
        hidden = np.tanh(np.asarray(bags @ self.table) + self.bias)
        features = Features(meaning=hidden, wording=sparse.csr_array((len(hidden), 0), dtype=np.float32))
        return {name: head.probabilities(features) for name, head in self.fields.items()}

    def sure(self, texts: Sequence[str], probabilities: Mapping[str, Vectors]) -> Flags:
        """Which texts need no second look, of shape (texts); `probabilities` are those of the same texts."""
        found: Flags = np.logical_or.reduce([*self.doubts(texts, probabilities).values()])
        return ~found

    def doubts(self, texts: Sequence[str], probabilities: Mapping[str, Vectors]) -> dict[str, Flags]:
        """What keeps texts from being answered: by field or `TOO_LONG`, on which texts, of shape (texts)."""
        found = confidences(self.fields, probabilities)
        doubts: dict[str, Flags] = {name: ~(found[name] >= self.sure_from[name]) for name in FIELDS}
        doubts[TOO_LONG] = np.array([len(text) > LONGEST for text in texts], np.bool_)
        return doubts

    def check(self, heads: Heads) -> None:
        """Refuse other heads than those it was taught by.

        Raises:
            FingerprintError: They are others.
        """
        if (heads.id, heads.provenance.encoder) != (self.heads, self.encoder):
            raise FingerprintError(
                f"the fast model was made for the heads {self.heads} on the encoder {self.encoder!r}, and "
                f"these are {heads.id} on {heads.provenance.encoder!r}; train again with `make fast`"
            )

    @property
    def sha256(self) -> str:
        """A hash of the content."""
        return hashlib.sha256(save(*_as_tensors(self))).hexdigest()

    def quantised(self) -> "FastModel":
        """The same as it comes back from a file."""
        return _from_tensors(*_as_tensors(self))

    def save(self, folder: Path) -> None:
        """Write the file beside the heads; it appears whole or not at all."""
        tensors, metadata = _as_tensors(self)
        temporary = folder / f".{FAST}.partial"
        temporary.write_bytes(save(tensors, metadata))
        temporary.replace(folder / FAST)


def confidences(fields: Mapping[str, Head], probabilities: Mapping[str, Vectors]) -> dict[str, Vectors]:
    """The probability that all that is said of a field is right, by field; each of shape (texts).

    A field that does not matter there is sure, and `act` is not where the text may be no message at all.
    """
    there = {name: fields[name].there(probabilities[name]) for name in fields}
    found: dict[str, Vectors] = {}
    for name in FIELDS:
        rows = probabilities[name]
        right = np.where(there[name], rows, 1 - rows)
        found[name] = right.prod(axis=1) if fields[name].several else rows.max(axis=1)
    complaint = there["act"][:, fields["act"].labels.index(Act.COMPLAINT)]
    found["complaint_types"] = np.where(complaint, found["complaint_types"], np.float32(1))
    found["act"] = np.where(there[SCOPE].any(axis=1), np.float32(0), found["act"])
    return found


def bags_of(pieces: Sequence[Sequence[int]], codes: Codes) -> sparse.csr_array:
    """Counts of known pieces and of pairs, float32 of shape (texts, len(codes) + PAIRS).

    Divided by the root of how many there are: twice the same sentence says no more than once, a long message
    a little more than a short one.
    """
    lengths = np.array([len(one) for one in pieces], np.int64)
    flat = np.fromiter((code for one in pieces for code in one), np.int64, int(lengths.sum()))
    owners = np.repeat(np.arange(len(pieces)), lengths)
    places = np.searchsorted(codes, flat)
    known = codes[np.minimum(places, len(codes) - 1)] == flat if len(codes) else np.zeros(len(flat), bool)
    neighbours = owners[1:] == owners[:-1]
    joined = flat[:-1].astype(np.uint64) << np.uint64(20) ^ flat[1:].astype(np.uint64)
    pairs = ((joined * _SPREAD) >> np.uint64(50)).astype(np.int64)[neighbours]
    rows = np.concatenate([owners[known], owners[1:][neighbours]])
    columns = np.concatenate([places[known], len(codes) + pairs])
    weights = (1 / np.sqrt(np.maximum(lengths, 1))).astype(np.float32)[rows]
    return sparse.csr_array((weights, (rows, columns)), shape=(len(pieces), len(codes) + PAIRS))


def load_fast(folder: Path) -> FastModel:
    """Read the model that lies beside heads; nothing in it is executed.

    Raises:
        HeadsError: There is none, or it is damaged.
    """
    path = folder / FAST
    if not path.is_file():
        raise HeadsError(f"{folder}: these heads have no fast model ({FAST}); make one with `make fast`")
    try:
        with safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            return _from_tensors(tensors, file.metadata() or {})
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise HeadsError(f"{path}: damaged ({error!r}); train again with `make fast`") from error


def _as_tensors(model: FastModel) -> tuple[dict[str, npt.NDArray[np.generic]], dict[str, str]]:
    # Powers of two, so that what is read back from a file is written again as the same bytes.
    scale = np.exp2(np.ceil(np.log2(np.maximum(np.abs(model.table).max(axis=1), 1e-8) / _HIGHEST)))
    tensors: dict[str, npt.NDArray[np.generic]] = {
        "codes": model.codes.astype(np.int32),
        "table": np.rint(model.table / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": model.bias,
    }
    described = {}
    for name, head in model.fields.items():
        tensors[f"{name}.weight"] = np.ascontiguousarray(head.meaning)
        tensors[f"{name}.bias"] = head.bias
        described[name] = {
            "labels": head.labels,
            "several": head.several,
            "at_least_one": head.at_least_one,
            "thresholds": head.thresholds,
            "abstain_below": head.abstain_below,
        }
    # One entry, because several would come in any order.
    told = {"format": _FORMAT, "heads": model.heads, "encoder": model.encoder}
    told |= {"fields": described, "sure_from": model.sure_from}
    return tensors, {_DESCRIPTION: json.dumps(told)}


def _from_tensors(tensors: Mapping[str, npt.NDArray[np.generic]], metadata: Mapping[str, str]) -> FastModel:
    told = json.loads(metadata[_DESCRIPTION])
    if told["format"] != _FORMAT:
        raise ValueError(f"format {told['format']}, expected {_FORMAT}")
    fields = {
        name: Head(
            labels=tuple(one["labels"]),
            meaning=tensors[f"{name}.weight"].astype(np.float32),
            wording=np.zeros((0, len(one["labels"])), np.float32),
            bias=tensors[f"{name}.bias"].astype(np.float32),
            several=one["several"],
            at_least_one=one["at_least_one"],
            thresholds=tuple(one["thresholds"]),
            abstain_below=one["abstain_below"],
        )
        for name, one in told["fields"].items()
    }
    return FastModel(
        codes=tensors["codes"].astype(np.int64),
        table=tensors["table"].astype(np.float32) * tensors["scale"].astype(np.float32)[:, None],
        bias=tensors["bias"].astype(np.float32),
        fields=fields,
        sure_from=told["sure_from"],
        heads=told["heads"],
        encoder=told["encoder"],
    )

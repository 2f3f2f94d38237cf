"""Trained heads: linear, calibrated, one a field; kept as a folder of safetensors and JSON."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from nlp.encoders.adapters import Adapters, load_adapters
from nlp.encoders.encoder import Encoder, Vectors
from nlp.errors import FingerprintError, HeadsError
from nlp.features import Features

Flags = npt.NDArray[np.bool_]

CHOICE_FIELDS = ("act", "tone", "urgency")
SEVERAL_FIELDS = ("complaint_types", "asks", "own_error")
FIELDS = CHOICE_FIELDS + SEVERAL_FIELDS
SCOPE = "scope"
"""The head that tells texts which no customer writes to a business; it is not a field of the assessment."""

STANDING = "standing"
"""The head that tells who asks where their matter stands; no field either, and older heads have none."""

TYPES = "types"
"""What complaint types that were added to the usual ones are called among `figures` and `Provenance.own`."""

YES, NO = "yes", "no"
"""The values of `own_error`, whose head has the one label `yes`."""

TRAINED = Path(__file__).parent / "trained"
"""The heads that ship with the package."""

_FORMAT = 1
ADAPTERS = "adapters*.safetensors"
"""The files of adapters in a folder of heads: those of all fields, and those of single ones."""

FAST = "fast.safetensors"
"""The file of the fast model (`nlp.fast.model`) beside the heads that taught it."""

_TENSORS, _DESCRIPTION = "heads.safetensors", "heads.json"
_LOWEST_COSINE = 0.999
_FINGERPRINT, _JOINT = "fingerprint", "joint"


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """One field's classifier, linear in the features, with its calibration folded into the weights.

    `meaning` has shape (d, labels), `wording` (buckets, labels), `bias` (labels). For a field with exactly
    one label the probabilities are the softmax of the scores, and the highest wins; for the others they
    are the sigmoid of each, and a label is there when it reaches its entry in `thresholds`; where none
    does and `at_least_one` is set, the most likely one is. A decision whose confidence is under
    `abstain_below` is not to be relied upon.
    """

    labels: tuple[str, ...]
    meaning: Vectors
    wording: Vectors
    bias: Vectors
    several: bool
    thresholds: tuple[float, ...]
    abstain_below: float
    at_least_one: bool = False

    def probabilities(self, features: Features) -> Vectors:
        """Calibrated probabilities, float32 of shape (n, labels)."""
        scores = features.meaning @ self.meaning + features.wording @ self.wording + self.bias
        return sigmoid(scores) if self.several else softmax(scores)

    def there(self, rows: Vectors) -> Flags:
        """Which labels are there, bool of shape (n, labels), for probabilities of that shape."""
        best: Flags = np.arange(rows.shape[1]) == rows.argmax(axis=1, keepdims=True)
        if not self.several:
            return best
        reached: Flags = rows >= np.asarray(self.thresholds, np.float32)
        return reached | (best & ~reached.any(axis=1, keepdims=True)) if self.at_least_one else reached

    def confidences(self, rows: Vectors) -> npt.NDArray[np.float64]:
        """The probability that the most likely label is rightly said to be there, or not to be; shape (n)."""
        top = rows.argmax(axis=1)[:, None]
        likely = np.take_along_axis(rows, top, axis=1).astype(np.float64)
        return np.where(np.take_along_axis(self.there(rows), top, axis=1), likely, 1 - likely)[:, 0]

    def certainties(self, rows: Vectors) -> npt.NDArray[np.float64]:
        """The probability that nothing is wrong, each label taken by itself; shape (n)."""
        likely = rows.astype(np.float64)
        if not self.several:
            top: npt.NDArray[np.float64] = likely.max(axis=1)
            return top
        every: npt.NDArray[np.float64] = np.where(self.there(rows), likely, 1 - likely).prod(axis=1)
        return every

    def decide(self, row: Vectors) -> tuple[int, ...]:
        """The labels that are there, by falling probability; `row` holds one message's probabilities."""
        return ranked(self.there(row[None])[0], row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Joint:
    """The second look at urgency, linear in what the heads say (`nlp.joint`).

    `labels` are those of the heads whose probabilities it reads, by field; `weight` has shape (inputs, labels
    of urgency), `bias` (labels of urgency).
    """

    labels: Mapping[str, tuple[str, ...]]
    weight: Vectors
    bias: Vectors


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Where heads come from, so that they can be made again and compared.

    `own` holds, by field, the hash of the labels of a field that a business trained afterwards (`types`: of
    those it added), `refined` the id of the heads that learning from corrections began with.
    """

    encoder: str
    seed: int
    corpus_sha256: str
    train_rows: int
    test_rows: int
    own: Mapping[str, str] = field(default_factory=dict)
    refined: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Heads:
    """The heads of all fields, the encoder that they were trained on, and how good they are.

    `fingerprint` holds the encoder's embeddings of the probe texts, with the `adapters` merged into it where
    there are some. A field of `own_adapters` is read by an encoder of its own with those merged, or, for
    None, by one without any beside the shared one. `joint` is the second look at urgency, where there is one.
    `figures` are by field those of the test part, as `nlp.evaluation.scores` reports them; empty when nothing
    was held out. Those of a field of a business's own, and of the types it added (`types`), say with `how`
    what they were measured on.
    """

    fields: Mapping[str, Head]
    fingerprint: Vectors
    provenance: Provenance
    figures: Mapping[str, Any]
    adapters: Adapters | None = None
    own_adapters: Mapping[str, Adapters | None] = field(default_factory=dict)
    joint: Joint | None = None

    @property
    def id(self) -> str:
        """A short hash of the weights and decisions."""
        return hashlib.sha256(self._tensor_bytes() + _as_json(self._described())).hexdigest()[:12]

    def save(self, folder: Path) -> None:
        """Write the folder; each file appears whole or not at all, the description last."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, adapters in self._all_adapters().items():
            _replace(folder / name, adapters.to_bytes())
        tensors = self._tensor_bytes()
        description = self._described() | {"tensors_sha256": hashlib.sha256(tensors).hexdigest()}
        _replace(folder / _TENSORS, tensors)
        _replace(folder / _DESCRIPTION, _as_json(description))
        for file in map(_adapters_file, (None, *FIELDS)):
            if file not in self._all_adapters():
                (folder / file).unlink(missing_ok=True)
        # It foretold the heads that were here before.
        (folder / FAST).unlink(missing_ok=True)

    def check_encoder(self, encoder: Encoder) -> None:
        """Refuse an encoder that embeds otherwise than the one the heads were trained on.

        Raises:
            FingerprintError: Some probe text has a cosine below 0.999 to what it was in training.
        """
        found = encoder.fingerprint()
        if found.shape != self.fingerprint.shape:
            problem = f"embeddings of {found.shape[1]} numbers instead of {self.fingerprint.shape[1]}"
        else:
            cosine = float((found * self.fingerprint).sum(axis=1).min())
            if cosine >= _LOWEST_COSINE:
                return
            problem = f"a probe text has cosine {cosine:.4f}, expected at least {_LOWEST_COSINE}"
        raise FingerprintError(
            f"the heads were trained on the encoder {self.provenance.encoder!r}, and {encoder.name!r} is "
            f"another one ({problem}): train again with `rimedio train`, or set RIMEDIO_ENCODER back"
        )

    def _all_adapters(self) -> dict[str, Adapters]:
        """By the name of their file."""
        files = {_adapters_file(name): one for name, one in self.own_adapters.items()}
        files[_adapters_file(None)] = self.adapters
        return {file: one for file, one in files.items() if one is not None}

    def _tensor_bytes(self) -> bytes:
        tensors = {_FINGERPRINT: self.fingerprint}
        for name, head in self.fields.items():
            tensors[f"{name}.meaning"] = np.ascontiguousarray(head.meaning)
            tensors[f"{name}.wording"] = np.ascontiguousarray(head.wording)
            tensors[f"{name}.bias"] = head.bias
        if self.joint is not None:
            tensors[f"{_JOINT}.weight"] = self.joint.weight
            tensors[f"{_JOINT}.bias"] = self.joint.bias
        return save(tensors)

    def _described(self) -> dict[str, Any]:
        fields = {
            name: {
                "labels": head.labels,
                "several": head.several,
                "at_least_one": head.at_least_one,
                "thresholds": head.thresholds,
                "abstain_below": head.abstain_below,
            }
            for name, head in self.fields.items()
        }
        return {
            "format": _FORMAT,
            **asdict(self.provenance),
            "adapters_sha256": self.adapters.sha256 if self.adapters is not None else None,
            "own_adapters_sha256": {name: one and one.sha256 for name, one in self.own_adapters.items()},
            "fields": fields,
            _JOINT: self.joint.labels if self.joint is not None else None,
            "figures": self.figures,
        }


def _as_json(description: Mapping[str, Any]) -> bytes:
    return (json.dumps(description, indent=2, ensure_ascii=False) + "\n").encode()


def ranked(there: Flags, row: Vectors) -> tuple[int, ...]:
    """The places of one message's labels that are there, by falling probability."""
    return tuple(place for place in np.argsort(-row, kind="stable").tolist() if there[place])


def softmax(scores: Vectors) -> Vectors:
    """Scores of shape (n, labels) to probabilities that sum to one in each row."""
    exponentials: Vectors = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Vectors = exponentials / exponentials.sum(axis=1, keepdims=True, dtype=np.float32)
    return probabilities


def sigmoid(scores: Vectors) -> Vectors:
    """Scores to probabilities, each on its own; written so that no score overflows."""
    probabilities: Vectors = np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * scores))
    return probabilities


def check_folder(folder: Path) -> None:
    """Refuse a folder that heads cannot be saved in, before the hour of training that is to end there.

    Raises:
        HeadsError: It is a file, or may not be written.
    """
    whole = folder.absolute()
    there = next(path for path in (whole, *whole.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise HeadsError(f"{folder}: nothing can be written there ({there}); name another folder with -o")


def load_heads(folder: Path) -> Heads:
    """Read a folder of heads; nothing in it is executed.

    Raises:
        HeadsError: A file is missing, damaged or of another format version.
    """
    try:
        content = (folder / _TENSORS).read_bytes()
        tensors = load(content)
        description = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
    except OSError as error:
        raise HeadsError(
            f"{folder}: no trained heads here ({error.strerror}: {error.filename}); "
            "make some with `rimedio train CORPUS… -o FOLDER`"
        ) from error
    except (SafetensorError, ValueError) as error:
        raise HeadsError(f"{folder}: damaged heads ({error}); train again with `rimedio train`") from error
    if not isinstance(description, dict) or description.get("format") != _FORMAT:
        raise HeadsError(
            f"{folder / _DESCRIPTION}: expected heads of format {_FORMAT}; train again with `rimedio train`"
        )
    if description.get("tensors_sha256") not in (None, hashlib.sha256(content).hexdigest()):
        raise HeadsError(f"{folder / _TENSORS}: not of this {_DESCRIPTION}; train again with `rimedio train`")
    try:
        return _heads(description, tensors, folder)
    except (KeyError, TypeError) as error:
        raise HeadsError(
            f"{folder / _DESCRIPTION}: damaged heads ({error!r}); train again with `rimedio train`"
        ) from error


def standing_for(heads: Heads) -> Head | None:
    """The head for where a matter stands: their own, or for older heads the one that ships.

    None where that one reads otherwise: their encoder is another one, or was adapted again.
    """
    if STANDING in heads.fields:
        return heads.fields[STANDING]
    shipped = load_heads(TRAINED)
    readers = [
        (one.provenance.encoder, one.adapters.sha256 if one.adapters is not None else None)
        for one in (heads, shipped)
    ]
    return shipped.fields[STANDING] if readers[0] == readers[1] else None


def _adapters(folder: Path, field: str | None, sha256: str | None) -> Adapters | None:
    if sha256 is None:
        return None
    path = folder / _adapters_file(field)
    adapters = load_adapters(path)
    if adapters.sha256 != sha256:
        raise HeadsError(f"{path}: not the adapters of these heads; train again with `rimedio train`")
    return adapters


def _adapters_file(field: str | None) -> str:
    return ADAPTERS.replace("*", f".{field}" if field is not None else "")


def _heads(description: Mapping[str, Any], tensors: Mapping[str, Vectors], folder: Path) -> Heads:
    fields = {
        name: Head(
            labels=tuple(field["labels"]),
            meaning=tensors[f"{name}.meaning"],
            wording=tensors[f"{name}.wording"],
            bias=tensors[f"{name}.bias"],
            several=field["several"],
            at_least_one=field["at_least_one"],
            thresholds=tuple(field["thresholds"]),
            abstain_below=field["abstain_below"],
        )
        for name, field in description["fields"].items()
    }
    provenance = Provenance(
        encoder=description["encoder"],
        seed=description["seed"],
        corpus_sha256=description["corpus_sha256"],
        train_rows=description["train_rows"],
        test_rows=description["test_rows"],
        own=description.get("own", {}),
        refined=description.get("refined"),
    )
    missing = [name for name in FIELDS if name not in fields]
    if missing:
        raise KeyError(f"no head for {', '.join(missing)}")
    return Heads(
        fields=fields,
        fingerprint=tensors[_FINGERPRINT],
        provenance=provenance,
        figures=description["figures"],
        adapters=_adapters(folder, None, description.get("adapters_sha256")),
        own_adapters={
            name: _adapters(folder, name, sha256)
            for name, sha256 in description.get("own_adapters_sha256", {}).items()
        },
        joint=_joint(description.get(_JOINT), tensors),
    )


def _joint(labels: Mapping[str, Sequence[str]] | None, tensors: Mapping[str, Vectors]) -> Joint | None:
    if labels is None:
        return None
    return Joint(
        labels={name: tuple(of_field) for name, of_field in labels.items()},
        weight=tensors[f"{_JOINT}.weight"],
        bias=tensors[f"{_JOINT}.bias"],
    )


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_bytes(content)
    temporary.replace(path)

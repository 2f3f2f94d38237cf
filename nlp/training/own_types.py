"""Complaint types that a business adds to the usual ones: a file with a description and examples of each."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from nlp.encoders.encoder import Encoder
from nlp.errors import LabelsError, TrainingError
from nlp.evaluation.scores import FieldReport, compare
from nlp.heads import TYPES, Head, Heads
from nlp.training.corpus import Example, corpus_sha256
from nlp.training.fitting import fit_several
from nlp.training.heads import Progress, read_all, spread, strata_of
from nlp.training.own_labels import LEAST_EXAMPLES

FIELD = "complaint_types"
LONGEST_NAME = 40

_KEYS = {"description", "examples"}
_TAKEN = frozenset([*Act, *ComplaintType, *Tone, *Urgency, *Ask, "any", "rest", "types"])
"""Names that mean something else on the desk or in drafts."""

_TAKEN_FOR_NEW = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnType:
    """A complaint type of a business's own; `examples` are messages as customers write them."""

    name: str
    description: str
    examples: tuple[str, ...]


def read_own_types(path: Path) -> tuple[OwnType, ...]:
    """Read a file of types.

        parcheggio:
          description: Il parcheggio, la sbarra, il posto auto riservato
          examples:
            - la sbarra non si alza e dietro ho la coda
            - ...

    Raises:
        LabelsError: The file cannot be used; says with file and line what is wrong.
    """
    try:
        written = path.read_bytes()
        content = YAML(typ="rt").load(written.decode("utf-8-sig"))
    except OSError as error:
        raise LabelsError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        raise LabelsError(f"{path}:{line}: not UTF-8: save the file in this charset") from error
    except DuplicateKeyError as error:
        line = _line_of(error)
        name = str(error.problem).partition(" with value")[0].removeprefix("found duplicate key ")
        raise LabelsError(f"{path}:{line}: {name} is there twice: put all that it has together") from error
    except MarkedYAMLError as error:
        line = _line_of(error)
        raise LabelsError(f"{path}:{line}: no YAML: {error.problem}") from error
    except (YAMLError, ValueError) as error:
        raise LabelsError(f"{path}: no YAML: {error}; put messages in quotes") from error
    if not isinstance(content, dict) or not content:
        raise LabelsError(f"{path}:1: expected types by their names, each with a description and examples")
    problems = [problem for name in content for problem in _problems(content, name)]
    if not problems:
        problems = _shared(content)
    if problems:
        raise LabelsError("\n".join(f"{path}:{line}: {said}" for line, said in problems))
    return tuple(
        OwnType(
            name=name,
            description=one["description"].strip(),
            examples=tuple(dict.fromkeys(text.strip() for text in one["examples"])),
        )
        for name, one in content.items()
    )


def add_types(
    types: Sequence[OwnType],
    others: Sequence[Example],
    base: Heads,
    *,
    encoder: Encoder,
    seed: int = 0,
    progress: Progress = lambda step, done: None,
) -> tuple[Heads, FieldReport]:
    """Add types to the usual ones of the heads, whose probabilities stay as they were.

    Types that were added before are gone unless they are among `types`: the same ones give the same heads,
    however often. `others` are messages to all kinds of businesses, labelled with the usual types: what is
    not meant by the new ones. Those among them that a first fit takes for a new type may well be of it, and
    are left out of the second. The report is cross-validated, on the examples and all others: those taken for
    a new type count as wrong there, though some may be right.

    Raises:
        FingerprintError: `base` was trained on another encoder.
        TrainingError: The types in use were trained on a business's own labels, so that none can be added.
    """
    usual = _usual(base)
    complaints = [one for one in others if one.act == Act.COMPLAINT and not one.is_held_out]
    examples = [
        *(
            Example(text=text, complaint_types=(one.name,), part="train")
            for one in types
            for text in told(one)
        ),
        *(replace(one, complaint_types=()) for one in complaints),
    ]
    given = len(examples) - len(complaints)
    with encoder.adapted(base.adapters):
        base.check_encoder(encoder)
        step = f"reading {len(examples)} messages"
        features = read_all(examples, encoder, lambda part: progress(step, 0.7 * part))
    progress("training the new types", 0.7)
    labels = [one.name for one in types]
    truth = np.array([[label in (one.complaint_types or ()) for label in labels] for one in examples])
    material = spread(examples, strata_of(examples, FIELD), features, seed)
    everything = np.arange(len(examples))
    first = fit_several(labels, truth, material, everything, at_least_one=False)
    unlike = (first.probabilities < _TAKEN_FOR_NEW).all(axis=1)
    rows = np.flatnonzero(unlike | (everything < given))
    progress("training the new types again", 0.85)
    fit = fit_several(labels, truth[rows], material, rows, at_least_one=False)
    said = first.probabilities.copy()
    said[rows] = fit.probabilities
    found = [{labels[place] for place in fit.head.decide(row)} for row in said]
    report = compare(FIELD, examples, found, [False] * len(examples))
    how = f"cross-validated on their examples among {len(complaints)} complaints of the corpus"
    heads = replace(
        base,
        fields={**base.fields, FIELD: _joined(usual, fit.head)},
        provenance=replace(base.provenance, own={**base.provenance.own, TYPES: corpus_sha256(examples)}),
        figures={**base.figures, TYPES: {**report.figures(), "how": how}},
    )
    return heads, report


def added_types(heads: Heads) -> tuple[str, ...]:
    """The types that were added to the usual ones; none where all are a business's own."""
    if FIELD in heads.own_adapters:
        return ()
    return tuple(label for label in heads.fields[FIELD].labels if label not in tuple(ComplaintType))


def begun_again(first: Heads, now: Heads) -> Heads:
    """The heads that learning from corrections began with, and all that a business has trained since then.

    `now` are the heads that came of it, on the same adapters as `first`: the fields and types of a business's
    own are theirs.
    """
    fields = {**first.fields, **{field: now.fields[field] for field in now.own_adapters}}
    trained_since = now.provenance.own.get(TYPES) != first.provenance.own.get(TYPES)
    if trained_since and FIELD not in now.own_adapters:
        fields[FIELD] = _joined(_usual(first), _part(now.fields[FIELD], added_types(now)))
    return replace(
        first, fields=fields, provenance=now.provenance, figures=now.figures, own_adapters=now.own_adapters
    )


def told(one: OwnType) -> tuple[str, ...]:
    """What a type is learned from: its examples, and its description."""
    return tuple(dict.fromkeys((*one.examples, one.description)))


def _usual(base: Heads) -> Head:
    """The head of the usual types, without those that were added to it."""
    head = base.fields[FIELD]
    if FIELD in base.own_adapters or not head.several:
        raise TrainingError(
            "the complaint types in use are your own, and to those none can be added: put yours into the "
            "file that they were trained on, and train again with --field complaint_types"
        )
    return _part(head, set(head.labels) - set(added_types(base)))


def _part(head: Head, labels: Collection[str]) -> Head:
    kept = [place for place, label in enumerate(head.labels) if label in labels]
    return replace(
        head,
        labels=tuple(head.labels[place] for place in kept),
        meaning=head.meaning[:, kept],
        wording=head.wording[:, kept],
        bias=head.bias[kept],
        thresholds=tuple(head.thresholds[place] for place in kept),
    )


def _joined(head: Head, more: Head) -> Head:
    return replace(
        head,
        labels=(*head.labels, *more.labels),
        meaning=np.concatenate([head.meaning, more.meaning], axis=1),
        wording=np.concatenate([head.wording, more.wording], axis=1),
        bias=np.concatenate([head.bias, more.bias]),
        thresholds=(*head.thresholds, *more.thresholds),
    )


def _line_of(error: MarkedYAMLError) -> int:
    return error.problem_mark.line + 1 if error.problem_mark is not None else 1


def _problems(content: Any, name: object) -> list[tuple[int, str]]:
    one = content[name]
    line = content.lc.key(name)[0] + 1
    if (
        not isinstance(name, str)
        or not name.isprintable()
        or name != name.strip()
        or not 0 < len(name) <= LONGEST_NAME
        or "|" in name
    ):
        return [(line, f"{name!r} is no name: a word or two without |, at most {LONGEST_NAME} letters")]
    if name.casefold() in _TAKEN:
        return [(line, f"{name!r} is a label already: choose another name")]
    if any(str(other).casefold() == name.casefold() for other in content if other != name):
        return [(line, f"{name!r} is there twice, in other capitals: choose another name")]
    if not _is_map(one):
        return [(line, f"{name}: expected a description and examples, found {one!r}")]
    problems = []
    for key in one:
        if key not in _KEYS:
            problems.append((one.lc.key(key)[0] + 1, f"{name}: unknown key {key!r}, expected {_expected()}"))
    if not isinstance(one.get("description"), str) or not one["description"].strip():
        problems.append((line, f"{name}: a description is missing: a sentence on what the type means"))
    texts = one.get("examples")
    if not _is_list(texts):
        return [
            *problems,
            (line, f"{name}: examples are missing: a list of {LEAST_EXAMPLES} messages or more"),
        ]
    for place, text in enumerate(texts):
        at = texts.lc.item(place)[0]
        if not isinstance(text, str) or not text.strip() or _cut_off(texts, place, at):
            problems.append((at + 1, f"{name}: {text!r} is no message: put it in quotes"))
    different = {text.strip() for text in texts if isinstance(text, str)}
    if len(different) < LEAST_EXAMPLES:
        problems.append((line, f"{name}: {len(different)} examples, expected {LEAST_EXAMPLES} or more"))
    return problems


def _cut_off(texts: Any, place: int, line: int) -> bool:
    """Whether a comment begins in the line of a message: `ordine #123 mai arrivato` would lose its end."""
    return any(token is not None and token.start_mark.line == line for token in texts.ca.items.get(place, ()))


def _is_map(content: Any) -> bool:
    return isinstance(content, dict)


def _is_list(content: Any) -> bool:
    return isinstance(content, list)


def _expected() -> str:
    return " and ".join(sorted(_KEYS))


def _shared(content: Any) -> list[tuple[int, str]]:
    """The same message under two types would teach neither."""
    texts = {name: {*one["examples"], one["description"]} for name, one in content.items()}
    counts = Counter(text for one in texts.values() for text in {text.strip() for text in one})
    return [
        (one["examples"].lc.item(place)[0] + 1, f"{name}: {text!r} stands under another type as well")
        for name, one in content.items()
        for place, text in enumerate(one["examples"])
        if counts[text.strip()] > 1
    ]

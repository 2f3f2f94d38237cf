"""From probabilities to labels, for many messages at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.labels import Act, Urgency
from nlp.costs import Costs
from nlp.encoders.encoder import Vectors
from nlp.heads import FIELDS, SCOPE, STANDING, Flags, Head
from nlp.language import UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Decisions:
    """What was decided about n messages, by field.

    `probabilities` are float32 of shape (n, labels), `there` says which labels are there, in the same shape,
    and `unsure` on which messages the field is not to be relied upon, in shape (n). `there` says beside the
    fields under `nlp.heads.STANDING` who asks where their matter stands, where the heads tell that.
    """

    probabilities: Mapping[str, Vectors]
    there: Mapping[str, Flags]
    unsure: Mapping[str, Flags]


def decide(
    heads: Mapping[str, Head],
    probabilities: Mapping[str, Vectors],
    costs: Costs | None = None,
    *,
    languages: Sequence[str],
) -> Decisions:
    """Decide about all messages, whose `languages` are known; by what errors cost, where that is said."""
    there, unsure = {}, {}
    for field in FIELDS:
        head, rows = heads[field], probabilities[field]
        if costs is None:
            there[field], unsure[field] = head.there(rows), head.confidences(rows) < head.abstain_below
        else:
            there[field], unsure[field] = costs.decide(field, head, rows)
    # The heads have read none but our languages, and no answer can be written in another.
    unsure["act"] = unsure["act"] | np.array([language == UNKNOWN for language in languages], np.bool_)
    if SCOPE in heads:
        # A recipe, an article, code: what is said of it is a guess.
        unsure["act"] = unsure["act"] | heads[SCOPE].there(probabilities[SCOPE]).any(axis=1)
    act = np.array([label == Act.COMPLAINT for label in heads["act"].labels])
    complaint = there["act"] @ act
    there["complaint_types"] = there["complaint_types"] & complaint[:, None]
    unsure["complaint_types"] = unsure["complaint_types"] & complaint
    if costs is not None:
        types = heads["complaint_types"], probabilities["complaint_types"]
        unsure["act"] = unsure["act"] | (
            costs.overlooked(*types, probabilities["act"][:, act].sum(axis=1)) & ~complaint
        )
    there["urgency"] = _not_low(heads["urgency"], there["urgency"], unsure["act"])
    if STANDING in heads:
        there[STANDING] = heads[STANDING].there(probabilities[STANDING])
    return Decisions(probabilities=probabilities, there=there, unsure=unsure)


def _not_low(head: Head, there: Flags, unsure: Flags) -> Flags:
    """Urgency, where `unsure` says of which messages nobody knows what they are: of these none may wait."""
    if not {Urgency.LOW, Urgency.NORMAL} <= set(head.labels):
        return there
    low, normal = head.labels.index(Urgency.LOW), head.labels.index(Urgency.NORMAL)
    waits = there[:, low] & unsure
    raised = there.copy()
    raised[waits, low], raised[waits, normal] = False, True
    return raised

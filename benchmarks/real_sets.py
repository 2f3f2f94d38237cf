"""How the shipped classifier does on public labelled sets that it was never trained on.

`RIMEDIO_EVAL_DATA` names the folder with the sets. Each is read as it is; half of its texts (by the first
hexadecimal digit of the text's SHA-256) may guide development, the other half is for a final figure.

- it_qa4faq_utility.csv: calm questions; what share is taken for complaints, or for angry?
- en_xci_complaints.csv: complaint or not, macro-F1.
- it_feelit.csv, joy and anger alone: is the tone on the right side? Anger where the negative tones
  together are likelier than not; macro-F1.
- en_airline_tweets.csv: of three reasons, the one whose complaint types are likeliest; macro-F1.
- it_multiemotions.csv, for or against alone: the same as FEEL-IT. The comments are about adverts, nobody
  writes to the business, so that what is against is often no complaint.
- pt_reclameaqui.csv: all of them are complaints; what share is found? Of six reasons that the writers chose
  themselves, the one whose complaint types are likeliest; macro-F1.

    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.real_sets
    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.real_sets --half final
"""

import argparse
import csv
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from sklearn.metrics import f1_score

from models.labels import Act, Tone
from nlp.classifier import Classifier, Reading
from nlp.encoders.encoder import Vectors

AT_ONCE = 512
NEGATIVE = (Tone.ANGRY, Tone.FRUSTRATED, Tone.DISAPPOINTED, Tone.SARCASTIC, Tone.THREATENING, Tone.ABUSIVE)
AIRLINE = {
    "late": ("delivery_late", "booking_error"),
    "luggage": ("item_wrong", "item_damaged"),
    "service": ("staff_conduct", "no_reply"),
}
AGAINST = ("anger", "negative")
REASONS = {
    "Late Flight": "late",
    "Lost Luggage": "luggage",
    "Damaged Luggage": "luggage",
    "Customer Service Issue": "service",
    "Flight Attendant Complaints": "service",
}

CLAIMED = {
    "billing_overcharge": ("billing_error",),
    "defective_damaged": ("item_damaged",),
    "refund_not_received": ("refund_missing",),
    "late_delivery": ("delivery_late",),
    "rude_poor_service": ("staff_conduct", "no_reply"),
    "wrong_missing_item": ("item_wrong",),
}

Row = Mapping[str, str]


def main() -> None:
    """Prints one line a set; what is missing in the folder is said and left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--half", choices=("development", "final"), default="development")
    chosen = parser.parse_args()
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if not folder:
        sys.exit("set RIMEDIO_EVAL_DATA to the folder with the sets")
    console = Console()
    classifier = Classifier.load()
    console.print(f"{chosen.half} half, heads {classifier.heads.id}, {classifier.encoder.name}")
    for name, said in measured(classifier, Path(folder), chosen.half):
        console.print(f"{name}: {said}")


def measured(classifier: Classifier, folder: Path, half: str) -> Iterator[tuple[str, str]]:
    """The name of each set and what came of it; of one that is missing, that it is."""
    for name, (usable, report) in SETS.items():
        path = folder / name
        if not path.is_file():
            yield name, f"not in {folder}"
            continue
        rows = [row for row in read(path, half) if usable(row)]
        if not rows:
            yield name, "no usable row in this half"
            continue
        reading = assess(classifier, [row["text"] for row in rows], name)
        yield name, f"{len(rows)} texts, {report(rows, reading, classifier)}"


def read(path: Path, half: str) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first = hashlib.sha256(row["text"].encode()).hexdigest()[0]
            if (first < "8") == (half == "development"):
                yield row


def assess(classifier: Classifier, texts: Sequence[str], name: str) -> Reading:
    starts = track(range(0, len(texts), AT_ONCE), name, console=Console(stderr=True), transient=True)
    readings = [classifier.read(texts[start : start + AT_ONCE]) for start in starts]
    return Reading(
        assessments=[one for reading in readings for one in reading.assessments],
        probabilities={
            field: np.concatenate([reading.probabilities[field] for reading in readings])
            for field in readings[0].probabilities
        },
    )


def calm_questions(rows: Sequence[Row], reading: Reading, _classifier: Classifier) -> str:
    complaints = np.mean([one.act.label == Act.COMPLAINT for one in reading.assessments])
    angry = np.mean([one.tone.label == Tone.ANGRY for one in reading.assessments])
    questions = np.mean([one.act.label == Act.QUESTION for one in reading.assessments])
    return f"complaints {complaints:.1%}, angry {angry:.1%} (questions {questions:.1%})"


def complaint_or_not(rows: Sequence[Row], reading: Reading, _classifier: Classifier) -> str:
    true = [row["label"] == "complaint" for row in rows]
    found = [one.act.label == Act.COMPLAINT for one in reading.assessments]
    return f"macro-F1 {f1_score(true, found, average='macro'):.3f}"


def joy_or_anger(rows: Sequence[Row], reading: Reading, classifier: Classifier) -> str:
    labels = classifier.heads.fields["tone"].labels
    negative = reading.probabilities["tone"][:, [labels.index(tone) for tone in NEGATIVE]].sum(axis=1)
    true = [row["label"] in AGAINST for row in rows]
    return f"macro-F1 {f1_score(true, negative > 0.5, average='macro'):.3f}"


def airline_reason(rows: Sequence[Row], reading: Reading, classifier: Classifier) -> str:
    found = likeliest(AIRLINE, reading.probabilities["complaint_types"], classifier)
    true = [REASONS[row["negativereason"]] for row in rows]
    return f"macro-F1 {f1_score(true, found, average='macro'):.3f}"


def claimed_reason(rows: Sequence[Row], reading: Reading, classifier: Classifier) -> str:
    complaints = np.mean([one.act.label == Act.COMPLAINT for one in reading.assessments])
    kept = [place for place, row in enumerate(rows) if row["label"] in CLAIMED]
    if not kept:
        return f"complaints {complaints:.1%}"
    found = likeliest(CLAIMED, reading.probabilities["complaint_types"][kept], classifier)
    true = [rows[place]["label"] for place in kept]
    f1 = f1_score(true, found, average="macro")
    return f"complaints {complaints:.1%}, macro-F1 {f1:.3f} of {len(kept)} reasons"


def likeliest(groups: Mapping[str, Sequence[str]], types: Vectors, classifier: Classifier) -> list[str]:
    """By row the group of complaint types in which the likeliest is; `types` has shape (n, types)."""
    labels = classifier.heads.fields["complaint_types"].labels
    by_group = [types[:, [labels.index(one) for one in group]].max(axis=1) for group in groups.values()]
    return [list(groups)[place] for place in np.stack(by_group, axis=1).argmax(axis=1)]


Usable = Callable[[Row], bool]
Measure = Callable[[Sequence[Row], Reading, Classifier], str]
SETS: Mapping[str, tuple[Usable, Measure]] = {
    "it_qa4faq_utility.csv": (lambda row: True, calm_questions),
    "en_xci_complaints.csv": (lambda row: True, complaint_or_not),
    "it_feelit.csv": (lambda row: row["label"] in ("joy", "anger"), joy_or_anger),
    "en_airline_tweets.csv": (lambda row: row["negativereason"] in REASONS, airline_reason),
    "it_multiemotions.csv": (lambda row: row["label"] in ("positive", "negative"), joy_or_anger),
    "pt_reclameaqui.csv": (lambda row: True, claimed_reason),
}


if __name__ == "__main__":
    main()

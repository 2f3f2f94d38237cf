"""Does what a complaint is read as hang on what it names? With an address, a number or a link behind it.

Reads the Italian complaints of the test part with fewer than 200 letters alone and with a sentence behind
each, once whole and once as the classifier reads them, without what only names somebody
(`nlp.entities.matter`).
Prints the table of docs/evaluation.md.

    .venv/bin/python -m benchmarks.naming
"""

from unittest.mock import patch

from models.labels import Act
from nlp.classifier import Classifier
from nlp.entities.matter import matter_of
from nlp.training.corpus import SHIPPED, WRITTEN, read_corpus

SHORT = 200
BEHIND = (
    "",
    "La mia mail è lea.bianchi@posta.example",
    "Ordine RS20418",
    "Il mio numero è 333 1234567",
    "https://corriere.example/track/778123",
)


def main() -> None:
    """Prints a line for each way and each sentence."""
    classifier = Classifier.load()
    chosen = [
        one
        for one in read_corpus([SHIPPED])
        if one.is_held_out and one.act == Act.COMPLAINT and one.language == "it" and len(one.text) < SHORT
    ]
    for way, read in (("all read", str), ("left out", matter_of)):
        with patch("nlp.classifier.matter_of", read):
            for behind in BEHIND:
                texts = [f"{one.text} {behind}".strip() for one in chosen]
                found = classifier.classify(texts, today=WRITTEN)
                acts = [one.act.label for one in found]
                right = sum(
                    {label.label for label in one.complaint_types} == set(true.complaint_types or ())
                    for one, true in zip(found, chosen, strict=True)
                )
                print(
                    f"{way}, behind {len(chosen)}: {behind or 'nothing'}: "
                    f"complaint {acts.count('complaint')}, spam {acts.count('spam')}, types all right {right}"
                )


if __name__ == "__main__":
    main()

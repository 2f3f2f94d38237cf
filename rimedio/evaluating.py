"""The page that `rimedio evaluate --report` writes."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from nlp.classifier import Classifier, Reading
from nlp.evaluation.measuring import measure
from nlp.evaluation.page import evaluation_page
from nlp.training.corpus import Example


def write_page(
    path: Path, gold: Path, examples: Sequence[Example], reading: Reading, classifier: Classifier
) -> None:
    """Writes the page; it appears whole or not at all."""
    page = evaluation_page(
        measure(examples, reading, classifier.heads),
        title=f"How well {gold.name} is understood",
        encoder=classifier.encoder.name,
        heads=classifier.heads.id,
        made=f"{datetime.now().astimezone():%Y-%m-%d %H:%M}",
    )
    temporary = path.with_name(f".{path.name}.partial")
    try:
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)

"""The classifier for whole files: what has to be known to load it, on this machine or on another."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rimedio.settings import Settings

if TYPE_CHECKING:
    from nlp.batch.labels import Labeller


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchModel:
    """Loads the classifier that the settings name; can be sent to other machines, which load theirs.

    `costs` is what errors cost the business, as JSON; with `fast` a small model answers what it is sure of.
    `threads` are those of the encoder, None: as many as this machine has.
    """

    encoder: str | None
    heads: Path | None
    language: str
    costs: str | None
    fast: bool
    threads: int | None = None

    def __call__(self) -> "Labeller":
        """Load it; takes seconds.

        Raises:
            NlpError: The model is missing or does not fit its heads.
        """
        from nlp.bulk import BulkClassifier
        from nlp.classifier import Classifier
        from rimedio.model import costs_from
        from rimedio.settings import CostSettings

        costs = None if self.costs is None else CostSettings.model_validate_json(self.costs)
        classifier = Classifier.load(
            encoder=self.encoder,
            heads=self.heads,
            fallback_language=self.language,
            costs=costs_from(costs),
        )
        if not self.fast:
            return BulkClassifier(classifier, threads=self.threads)
        from nlp.fast.classifier import FastClassifier
        from nlp.fast.model import load_fast
        from nlp.heads import TRAINED

        return FastClassifier(classifier, load_fast(self.heads or TRAINED), threads=self.threads)

    @property
    def names(self) -> tuple[str, str]:
        """What the encoder and the heads are called.

        Raises:
            HeadsError: The heads cannot be read.
        """
        from nlp.heads import TRAINED, load_heads

        heads = load_heads(self.heads or TRAINED)
        return self.encoder or heads.provenance.encoder, heads.id

    @property
    def identity(self) -> str:
        """Tells it from every model that may give other labels.

        Raises:
            HeadsError: The heads cannot be read, or have no fast model where one is wanted.
        """
        from nlp.fast.model import load_fast
        from nlp.heads import TRAINED

        fast = load_fast(self.heads or TRAINED).sha256 if self.fast else None
        told = json.dumps([*self.names, self.language, self.costs, fast])
        return hashlib.sha256(told.encode()).hexdigest()


def batch_model(settings: Settings, *, fast: bool) -> BatchModel:
    """The classifier that the settings name."""
    return BatchModel(
        encoder=settings.encoder,
        heads=settings.heads_folder,
        language=settings.language,
        costs=None if settings.costs is None else settings.costs.model_dump_json(),
        fast=fast,
    )

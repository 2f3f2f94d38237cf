"""The classifier in the running program: loaded in a thread, then used by one thread at a time."""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import Histogram

from models.assessment import Assessment, Evidence
from models.embedding import Embeddings
from rimedio.settings import CostSettings, Settings
from rimedio.together import Together
from rimedio.turns import Turns

if TYPE_CHECKING:
    from nlp.classifier import Classifier
    from nlp.costs import Costs
    from nlp.evaluation.comparison import FieldComparison
    from nlp.training.corpus import Example

log = logging.getLogger(__name__)

_LOOK_EVERY = 0.2
_REST = 9.0
"""How many times as long as it took to explain a message the model then rests from that."""


class Model:
    """Messages wait as rows until the model is there; nothing else waits for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._classifier: Classifier | None = None
        self._loaded = asyncio.Event()
        self._reading = 0
        self._together = Together(self._read)
        self._turns, self._rests_until, self._was_busy = Turns(), 0.0, False
        self.error: str | None = None
        self.seconds = Histogram(
            "rimedio_model_seconds", "Time in which the model read one batch of messages", registry=None
        )

    @property
    def ready(self) -> bool:
        """Whether messages can be classified now."""
        return self._classifier is not None

    async def load(self) -> None:
        """Loads encoder and heads in the model's own thread.

        Raises:
            NlpError: the model is missing or does not fit its heads; the message says what to do.
        """
        loop = asyncio.get_running_loop()
        self._classifier = await loop.run_in_executor(self._executor, _load, self._settings)
        self._loaded.set()
        log.info("model.loaded")

    async def classify(self, texts: Sequence[str], sent_at: Sequence[datetime]) -> Sequence[Assessment]:
        """Assesses messages, waiting for the model if need be; with those that others ask for meanwhile."""
        # "Yesterday" is counted from the day on which it was written, as the business's calendar has it.
        days = [moment.astimezone(self._settings.zone).date() for moment in sent_at]
        await self._loaded.wait()
        self._reading, self._was_busy = self._reading + 1, True
        try:
            return await self._together.classify(texts, days)
        finally:
            self._reading -= 1

    async def _read(self, texts: list[str], days: list[date]) -> Sequence[Assessment]:
        classifier = self._classifier
        if classifier is None:
            raise RuntimeError("the model's event is set only after the model")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._timed, classifier, texts, days)

    async def explain(
        self, text: str, sent_at: datetime, assessment: Assessment
    ) -> Sequence[Evidence] | None:
        """Names the words that carried the labels, once no message waits to be read.

        One text after the other, the newest first: to explain a message takes as long as to read some ten,
        and on a busy day the next of these comes while it is done. So while messages come the model rests
        from it in between. None for a text that newer ones have crowded out.
        """
        await self._loaded.wait()
        classifier = self._classifier
        if classifier is None:
            raise RuntimeError("the model's event is set only after the model")
        today = sent_at.astimezone(self._settings.zone).date()
        if not await self._turns.take():
            return None
        try:
            await self._until_idle()
            loop = asyncio.get_running_loop()
            found, took = await loop.run_in_executor(
                self._executor, _timed_explanation, classifier, text, assessment, today
            )
            self._rests_until = loop.time() + _REST * took
            return found
        finally:
            self._turns.give_back()

    async def _until_idle(self) -> None:
        """Waits while messages are read, and after an explanation for its rest if any was read since."""
        loop = asyncio.get_running_loop()
        while (  # noqa: ASYNC110 - it may be busy again before anybody is woken
            self._reading or (self._was_busy and loop.time() < self._rests_until)
        ):
            await asyncio.sleep(_LOOK_EVERY)
        self._was_busy = False

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Embeds texts, waiting for the model if need be."""
        await self._loaded.wait()
        classifier = self._classifier
        if classifier is None:
            raise RuntimeError("the model's event is set only after the model")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, embedded, classifier, list(texts))

    async def judge(self, passages: Sequence[str], *, wait: bool) -> Sequence[str | None] | None:
        """Says how passages of an answer sound; None while the model is loading, unless it is waited for."""
        if wait:
            await self._loaded.wait()
        classifier = self._classifier
        if classifier is None:
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, classifier.judge, list(passages))

    def _timed(self, classifier: "Classifier", texts: list[str], days: list[date]) -> Sequence[Assessment]:
        with self.seconds.time():
            return classifier.classify(texts, today=days)

    def close(self) -> None:
        """Ends the model's thread; what it is doing is finished first."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _load(settings: Settings) -> "Classifier":
    """Loads it to read beside everything else that this process does, in the thread that will use it.

    A message or two at a time gain next to nothing by a second thread, which waits for the first and takes
    its processor from storing, deciding and sending: half of them are left to those.
    """
    import torch

    torch.set_num_threads(max(1, torch.get_num_threads() // 2))
    return load_classifier(settings)


def _timed_explanation(
    classifier: "Classifier", text: str, assessment: Assessment, today: date
) -> tuple[Sequence[Evidence], float]:
    began = time.monotonic()
    return _explained(classifier, text, assessment, today), time.monotonic() - began


def _explained(
    classifier: "Classifier", text: str, assessment: Assessment, today: date
) -> Sequence[Evidence]:
    from nlp.evidence import find_evidence

    return find_evidence(classifier, text, assessment, today=today)


def embedded(classifier: "Classifier", texts: Sequence[str]) -> Embeddings:
    """Texts as vectors of this classifier."""
    return Embeddings(vectors=classifier.embed(texts), encoder=classifier.encoder.name)


def load_classifier(settings: Settings) -> "Classifier":
    """The classifier that the settings name."""
    return load_classifier_with(settings, settings.heads_folder)


def load_classifier_with(settings: Settings, heads: Path | None, *, weigh: bool = True) -> "Classifier":
    """The same with other heads; None: those that ship. Without `weigh` all errors cost the same."""
    # Torch and what it brings take seconds and hundreds of megabytes: only where a model is needed.
    from nlp.classifier import Classifier
    from nlp.entities.finder import EntityFinder

    return Classifier.load(
        encoder=settings.encoder,
        heads=heads,
        fallback_language=settings.language,
        entities=EntityFinder(settings.order_patterns, patterns_only=settings.order_patterns_only),
        costs=costs_of(settings) if weigh else None,
    )


def compare_heads(
    settings: Settings, folders: tuple[Path | None, Path | None], sets: "Sequence[Sequence[Example]]"
) -> "list[Sequence[FieldComparison]]":
    """How the second folder of heads does against the first, on each set; None: those that ship."""
    from nlp.evaluation.comparison import compare_readings

    readings = []
    for folder in folders:
        classifier = load_classifier_with(settings, folder, weigh=False)
        readings.append([classifier.classify([one.text for one in examples]) for examples in sets])
    return [
        compare_readings(examples, before, after)
        for examples, before, after in zip(sets, *readings, strict=True)
    ]


def costs_of(settings: Settings) -> "Costs | None":
    """What errors cost this business; None where nothing is said."""
    return costs_from(settings.costs)


def costs_from(told: CostSettings | None) -> "Costs | None":
    """The same of the one setting."""
    if told is None:
        return None
    from nlp.costs import Costs, ErrorCost

    labels = {
        field: {label: ErrorCost(missed=cost.missed, false=cost.false) for label, cost in costs.items()}
        for field, costs in told.labels.items()
    }
    return Costs(review=told.review, labels=labels)

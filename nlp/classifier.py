"""From texts to assessments: encoder, heads, language and entities together."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from models.assessment import Assessment, Entities, Label
from models.labels import Act, Tone, Urgency
from nlp.costs import Costs
from nlp.deciding import Decisions, decide
from nlp.encoders.encoder import Encoder, Precision, Vectors, load_encoder
from nlp.entities.finder import EntityFinder
from nlp.entities.matter import matter_of
from nlp.errors import HeadsError
from nlp.features import Features, beside, read_features
from nlp.heads import FIELDS, NO, STANDING, TRAINED, Flags, Head, Heads, load_heads, ranked, standing_for
from nlp.joint import DAYS, days_ahead, read_again
from nlp.joint import FIELD as URGENCY
from nlp.language import detect_languages, load_identifier
from nlp.manner import Manner, load_manner
from nlp.progress import Told, nobody, part_of

# Blanks, and the marks that only steer how neighbours are joined or in which direction they run.
_INVISIBLE = (
    " \t\r\n\v\f\x85\xa0\u2028\u2029\u3000"
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Assessments, and by field the probabilities behind them: float32 of shape (texts, the head's labels).

    A text without a visible character has zeros there.
    """

    assessments: list[Assessment]
    probabilities: Mapping[str, Vectors]


class Classifier:
    """Assesses messages. One thread at a time may use it."""

    def __init__(
        self,
        encoder: Encoder,
        heads: Heads,
        *,
        own_encoders: Mapping[str, Encoder] | None = None,
        fallback_language: str = "it",
        entities: EntityFinder,
        costs: Costs | None = None,
        manner: Manner | None = None,
        standing: Head | None = None,
    ) -> None:
        """Put a classifier together from loaded parts; adapters of the heads are in the encoders already.

        `own_encoders` read the fields that have adapters of their own. With `costs` labels are decided by
        what errors cost; without, by the thresholds of the heads. `manner` judges passages of answers.
        `standing` tells who asks where their matter stands, in the place of such a head of the heads' own.

        Raises:
            FingerprintError: The heads were trained on another encoder.
            HeadsError: A field that has adapters of its own has no encoder, or the other way round.
            NlpError: The costs name a label that the heads do not tell.
        """
        heads.check_encoder(encoder)
        self._own_encoders = own_encoders or {}
        if self._own_encoders.keys() != heads.own_adapters.keys():
            raise HeadsError(f"the fields {sorted(heads.own_adapters)} are read by encoders of their own")
        if costs is not None:
            costs.check(heads.fields)
        self.costs = costs
        self.encoder = encoder
        self.heads = heads
        self._heads_id = heads.id
        self._fields = heads.fields if standing is None else {**heads.fields, STANDING: standing}
        self.fallback_language = fallback_language
        self._entities = entities
        self._manner = manner

    @classmethod
    def load(
        cls,
        *,
        encoder: str | None = None,
        heads: Path | None = None,
        precision: Precision = Precision.AUTO,
        fallback_language: str = "it",
        entities: EntityFinder | None = None,
        costs: Costs | None = None,
    ) -> "Classifier":
        """Load everything that is needed; takes seconds.

        `encoder` is a folder or hub name (None: the bundled one), `heads` a folder (None: those that ship
        with Rimedio), `fallback_language` the language of a text too short to tell.

        Raises:
            EncoderError: The model is missing or of a kind that cannot be used.
            HeadsError: The folder holds no heads that can be read.
            FingerprintError: The heads were trained on another encoder.
            NlpError: The costs name a label that the heads do not tell.
        """
        loaded = load_heads(heads or TRAINED)
        if costs is not None:
            costs.check(loaded.fields)
        # First, because the memory that its loading needs for a moment then serves the encoder.
        load_identifier()
        reading = load_encoder(encoder, precision)
        if loaded.adapters is not None:
            reading.merge(loaded.adapters)
        # One for each way of reading: what two fields read alike is read once.
        ways = {None if loaded.adapters is None else loaded.adapters.sha256: reading}
        own = {}
        for field, adapters in loaded.own_adapters.items():
            way = None if adapters is None else adapters.sha256
            if way not in ways:
                ways[way] = load_encoder(encoder, precision)
                if adapters is not None:
                    ways[way].merge(adapters)
            own[field] = ways[way]
        return cls(
            reading,
            loaded,
            own_encoders=own,
            fallback_language=fallback_language,
            entities=entities or EntityFinder(),
            costs=costs,
            manner=load_manner(loaded, heads or TRAINED),
            standing=standing_for(loaded),
        )

    def classify(
        self, texts: Sequence[str], *, today: date | Sequence[date] | None = None
    ) -> list[Assessment]:
        """Assess messages, one result each and in their order.

        `today` is the day that "yesterday" in a text is counted from, one for all or one for each; the
        current day by default. A text without a single visible character (a photo alone) is `other` with
        abstention on `act`: there is nothing to go by, and what it belongs to only a person can see.
        """
        return self.read(texts, today=today).assessments

    def read(self, texts: Sequence[str], *, today: date | Sequence[date] | None = None) -> "Reading":
        """The same, with the probability of every label of every field beside the assessments."""
        days = _one_each(today or datetime.now(UTC).astimezone().date(), len(texts))
        cleaned = [clean(text) for text in texts]
        visible = [index for index, text in enumerate(cleaned) if text]
        seen = [cleaned[index] for index in visible]
        seen_on = [days[index] for index in visible]
        decisions, languages = self.decide(seen, today=seen_on)
        found = iter(
            self._assess(decisions, at, language, self._entities.find(text, language=language, today=day))
            for at, (text, language, day) in enumerate(zip(seen, languages, seen_on, strict=True))
        )
        probabilities = {}
        for field, rows in decisions.probabilities.items():
            probabilities[field] = np.zeros((len(texts), rows.shape[1]), np.float32)
            probabilities[field][visible] = rows
        return Reading(
            assessments=[next(found) if text else self.blank() for text in cleaned],
            probabilities=probabilities,
        )

    def decide(
        self, texts: Sequence[str], *, today: date | Sequence[date], told: Told = nobody
    ) -> tuple[Decisions, list[str]]:
        """The labels and languages of cleaned texts with something to see; entities are not looked for.

        `told` hears which part of the texts the encoders have gone through.
        """
        sent_on = _one_each(today, len(texts))
        with ThreadPoolExecutor(1, thread_name_prefix="days") as aside:
            beside = aside.submit(self._read_beside, texts, sent_on)
            features = self.features(texts, told)
            languages, days = beside.result()
        predictions = self._predict(features, days)
        return decide(self._fields, predictions, self.costs, languages=languages), languages

    def probabilities(self, texts: Sequence[str], *, language: str, today: date) -> Mapping[str, Vectors]:
        """What the heads say of cleaned texts in one language, by field: float32 of shape (texts, labels)."""
        days = np.stack([days_ahead(text, language, today) for text in texts])
        return self._predict(self.features(texts), days)

    def _predict(self, features: Mapping[str, Features], days: Vectors) -> dict[str, Vectors]:
        """By field the probabilities of its labels, urgency with its second look where it has one."""
        predictions = {field: head.probabilities(features[field]) for field, head in self._fields.items()}
        if self.heads.joint is not None:
            predictions[URGENCY] = read_again(self.heads.joint, self.heads.fields, predictions, days)
        return predictions

    def _read_beside(self, texts: Sequence[str], sent_on: Sequence[date]) -> tuple[list[str], Vectors]:
        """What is read without the encoder, and while it runs: languages, and what `days_ahead` says."""
        languages = detect_languages(texts, self.fallback_language)
        days = np.zeros((len(texts), DAYS), np.float32)
        for row, text, language, today in zip(days, texts, languages, sent_on, strict=True):
            row[:] = days_ahead(text, language, today)
        return languages, days

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts for finding similar ones: float32 of shape (texts, dimension), rows of length one."""
        return self.encoder.embed_bare([clean(text) for text in texts])

    def judge(self, passages: Sequence[str]) -> list[str | None]:
        """What is wrong with how each passage of an answer speaks to its reader, None where nothing is.

        Of nothing anything is said where the heads were adapted without it (`nlp.manner`).
        """
        if self._manner is None:
            return [None] * len(passages)
        return self._manner.judge([clean(one) for one in passages], self.encoder)

    def features(self, texts: Sequence[str], told: Told = nobody) -> Mapping[str, Features]:
        """What the head of each field reads of cleaned texts; `told` hears how far it is.

        What only names somebody or something in them is not read (`nlp.entities.matter`).
        """
        texts = [matter_of(text) for text in texts]
        passes = 1 + len({id(encoder) for encoder in self._own_encoders.values()} - {id(self.encoder)})
        shared = read_features(self.encoder, texts, part_of(told, 0, passes))
        found = dict.fromkeys(self._fields, shared)
        meanings = {id(self.encoder): shared.meaning}
        for field, encoder in self._own_encoders.items():
            if id(encoder) not in meanings:
                meanings[id(encoder)] = encoder.features(texts, part_of(told, len(meanings), passes))
            own = replace(shared, meaning=meanings[id(encoder)])
            bare = self.heads.own_adapters[field] is None
            found[field] = beside(shared.meaning, own, encoder.dimension) if bare else own
        return found

    def _assess(self, decisions: Decisions, position: int, language: str, entities: Entities) -> Assessment:
        found = {
            field: _labels(
                self.heads.fields[field],
                decisions.there[field][position],
                decisions.probabilities[field][position],
            )
            for field in FIELDS
        }
        (act,), (tone,), (urgency,) = found["act"], found["tone"], found["urgency"]
        return Assessment(
            act=act,
            complaint_types=found["complaint_types"],
            tone=tone,
            urgency=urgency,
            asks=found["asks"],
            own_error=_own_error(
                found["own_error"], float(decisions.probabilities["own_error"][position, 0])
            ),
            language=language,
            entities=entities,
            abstained=frozenset(field for field in FIELDS if decisions.unsure[field][position]),
            encoder=self.encoder.name,
            heads=self._heads_id,
            asks_where_it_stands=bool(STANDING in decisions.there and decisions.there[STANDING][position, 0]),
        )

    def blank(self) -> Assessment:
        """What is said of a text without a visible character."""
        return Assessment(
            act=Label(label=Act.OTHER, probability=1.0),
            complaint_types=(),
            tone=Label(label=Tone.CALM, probability=1.0),
            urgency=Label(label=Urgency.LOW, probability=1.0),
            asks=(),
            own_error=Label(label=NO, probability=1.0),
            language=self.fallback_language,
            entities=Entities(),
            abstained=frozenset({"act"}),
            encoder=self.encoder.name,
            heads=self._heads_id,
        )


def clean(text: str) -> str:
    """What is left of a text without half characters, NULs and surrounding blanks."""
    whole = text.encode("utf-8", "replace").decode().replace("\0", " ")
    return whole.strip(_INVISIBLE)


def _one_each(days: date | Sequence[date], count: int) -> Sequence[date]:
    return [days] * count if isinstance(days, date) else days


def _labels(head: Head, there: Flags, row: Vectors) -> tuple[Label, ...]:
    return tuple(
        Label(label=head.labels[place], probability=float(row[place])) for place in ranked(there, row)
    )


def _own_error(found: tuple[Label, ...], probability: float) -> Label:
    return found[0] if found else Label(label=NO, probability=1 - probability)

"""Everything that is named in three hundred written messages, against what people marked in them."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from models.assessment import Entities
from nlp.entities.finder import EntityFinder
from nlp.entities.order_numbers import load_model, read_rows, train_orders

GOLD = Path(__file__).parents[4] / "nlp" / "data" / "entities.jsonl"
KINDS = ("order_ids", "amounts", "dates", "phone_numbers", "emails", "ibans", "fiscal_codes")
LEAST = dict.fromkeys(KINDS, 0.95) | {"order_ids": 0.92}


def told(entities: Entities, kind: str) -> set[object]:
    if kind == "amounts":
        return {(amount.value.normalize(), amount.currency) for amount in entities.amounts}
    return set(getattr(entities, kind))


def marked(row: dict[str, list[object]], kind: str) -> set[object]:
    if kind == "amounts":
        return {(Decimal(one["value"]).normalize(), one["currency"]) for one in row[kind]}  # type: ignore[index, call-overload]
    return {date.fromisoformat(str(one)) for one in row[kind]} if kind == "dates" else set(row[kind])


def rows() -> Iterator[dict[str, list[object]]]:
    return (json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def scores() -> dict[str, float]:
    finder = EntityFinder()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows():
        today = date.fromisoformat(str(row["today"]))
        found = finder.find(str(row["text"]), language=str(row["language"]), today=today)
        for kind in KINDS:
            there, said = marked(row, kind), told(found, kind)
            counts[kind][0] += 2 * len(there & said)
            counts[kind][1] += len(there) + len(said)
    return {kind: hits / both for kind, (hits, both) in counts.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_named_is_found(kind: str, scores: dict[str, float]) -> None:
    assert scores[kind] >= LEAST[kind]


def test_there_are_three_hundred_messages_and_none_was_trained_on() -> None:
    texts = {str(row["text"]) for row in rows()}
    assert len(texts) == 300
    assert not texts & {str(row["text"]) for row in read_rows()}


def test_the_weights_are_those_that_training_gives() -> None:
    trained, shipped = train_orders(read_rows()), load_model()

    assert trained.bias == pytest.approx(shipped.bias, abs=0.02)
    assert trained.weights == pytest.approx(shipped.weights, abs=0.02)


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        ("RS-50034 non è mai arrivato", "it", ("RS-50034",)),
        ("il tracking è 1Z88210334, l'ordine 48213", "it", ("48213",)),
        ("La lavastoviglie, matricola 5530882, perde", "it", ()),
        ("Meine Bestellnummer ist 445566", "de", ("445566",)),
        ("versione 2.0.118 del 12/11/2025", "it", ()),
    ],
)
def test_the_words_around_a_number_tell_what_it_is(text: str, language: str, ids: tuple[str, ...]) -> None:
    assert EntityFinder().find(text, language=language, today=date(2026, 1, 1)).order_ids == ids


@pytest.mark.parametrize(
    ("text", "ibans"),
    [
        ("iban it 65 t 07180 80301 000000447402 grazie", ("IT65T0718080301000000447402",)),
        ("IT65T0718080301000000447403", ()),
        ("DE93 5270 3087 0117 9775 62, that's mine", ("DE93527030870117977562",)),
        ("IT65T071808030100000044740", ()),
        ("IT65\u00a0T071\u00a08080\u00a03010\u00a00000\u00a00447\u00a0402", ("IT65T0718080301000000447402",)),
        ("iban IT65T0718080301\n000000447402\ngrazie", ("IT65T0718080301000000447402",)),
        ("iban IT65T0718080301000000447402\ngrazie 12", ("IT65T0718080301000000447402",)),
    ],
)
def test_an_iban_is_one_when_its_checksum_is_right(text: str, ibans: tuple[str, ...]) -> None:
    assert EntityFinder().find(text, language="it", today=date(2026, 1, 1)).ibans == ibans


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("cf tvv lcs 68m23 g608n", ("TVVLCS68M23G608N",)),
        ("TVVLCS68M23G608X", ()),
        ("P.IVA 04471290237", ()),
    ],
)
def test_a_codice_fiscale_is_one_when_its_last_letter_is_right(text: str, codes: tuple[str, ...]) -> None:
    assert EntityFinder().find(text, language="it", today=date(2026, 1, 1)).fiscal_codes == codes

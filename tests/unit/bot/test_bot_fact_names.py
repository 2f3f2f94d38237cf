"""Facts on cards: in the words of the policy, whole in the text and cut at a word on buttons."""

import pytest
from sqlalchemy import select

from bot.cards.head import missing_label
from bot.cards.known_facts import button_name, value_rows
from bot.words import words_in
from models.assessment import Entities
from models.decision import FactValue, MissingFact
from models.tables import Card, Case
from responses.facts import known_facts
from responses.policy.fact_names import FactNames
from responses.texts import shorten_at_word
from tests.bot_bench import BotBench
from tests.golden.make_fact_names import SAMPLES, sample

PRESUMED = "Finché nessuno lo sa: di chi è la colpa: nostra"


async def test_what_is_presumed_stands_on_the_card_and_a_press_corrects_it(bench: BotBench) -> None:
    giulia, marta = await bench.hire("Giulia"), bench.telegram.user("Marta")
    bench.say_also(entities=Entities(order_ids=("RS1234",)))
    marta.send("Il pacco RS1234 non è mai arrivato")
    card = await bench.card(giulia, PRESUMED, "Correggi un dato…")
    giulia.press(card, "Correggi un dato…")
    ours, couriers = "di chi è la colpa: nostra", "di chi è la colpa: del corriere"
    await bench.telegram.wait_for(lambda: ours in giulia.now(card).labels or None)
    giulia.press(giulia.now(card), ours)
    await bench.telegram.wait_for(lambda: couriers in giulia.now(card).labels or None)
    giulia.press(giulia.now(card), couriers)
    await giulia.sees("rifaccio la bozza")
    await bench.settled()
    async with bench.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
        assert (await known_facts(session, case.id))["fault"] == FactValue(value="courier", source="agent")


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_button_of_a_fact_shows_what_it_is_called_in_the_file(name: str, language: str) -> None:
    policy, words = sample(name), words_in(language)
    names = FactNames(policy, language)
    facts = [
        MissingFact(name=spec.name, type=spec.type, ask=spec.ask, from_agent=True, choices=spec.choices)
        for spec in policy.facts.values()
    ]
    labels = {
        button.text
        for fact in facts
        for row in value_rows(Card(key="k"), fact, names, words)
        for button in row
    }
    assert [label for label in labels if "_" in label or label.startswith("…") or len(label) > 67] == []


def test_a_name_is_cut_at_a_word_on_a_button_and_whole_in_the_text() -> None:
    names = FactNames(sample("telefonia"), "it")
    left = MissingFact(name="left_in_time", type="yes_no", ask=None, from_agent=True)
    assert missing_label(left, names) == "se il cliente ci ha lasciati entro 60 giorni dall'avviso"
    assert button_name(names.over("left_in_time")) == "il cliente ci ha lasciati entro 60…"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("una foto", 8, "una foto"),
        ("una foto del danno", 10, "una foto…"),
        ("una foto, se c'è", 9, "una…"),
        ("una foto, se c'è", 10, "una foto…"),
        ("Rindfleischetikettierung", 10, "Rindfleis…"),
    ],
)
def test_a_text_is_cut_at_a_word(text: str, limit: int, short: str) -> None:
    assert shorten_at_word(text, limit) == short

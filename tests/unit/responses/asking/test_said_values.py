"""What customers say unasked: days, sums and dates, read by the policy's own words for its facts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.assessment import Entities
from models.money import Money
from responses.asking.said_values import values_said
from responses.policy import Policy, load_policy_text
from tests.unit.responses.asking.sample_policies import sample
from tests.unit.responses.orders.order_shop import POLICY
from tests.unit.responses.triage_road import assessed

TODAY = date(2026, 11, 28)
NOVEMBER_3 = date(2026, 11, 3)
FACTS = """
  overcharged: {type: money, from: [message, agent]}
  price: {type: money, from: [message, customer], ask: {it: il prezzo, en: the price, es: a, fr: a, de: a}}
  days_late: {type: days, from: [message, agent]}
  days_open: {type: days, from: [agent]}
words:
  it:
    overcharged: {is: "abbiamo chiesto {} di troppo"}
    days_late: "il ritardo è di {}"
    days_open: "la pratica è aperta da {}"
  en:
    overcharged: {is: "we charged {} too much"}
    days_late: "the delay is {}"
presume:"""
SHOP = load_policy_text(POLICY.replace("presume:", FACTS.lstrip("\n"), 1), "regole.yaml")


def said(
    policy: Policy, text: str, language: str = "it", *, days: tuple[date, ...] = ()
) -> dict[str, object]:
    read = replace(assessed("complaint"), language=language, entities=Entities(dates=days))
    return values_said(text, read, policy, TODAY)


@pytest.mark.parametrize(
    ("text", "language", "name", "days"),
    [
        ("la linea è ferma da 6 giorni", "it", "days_down", 6),
        ("La linea TL55120 è ferma da sei giorni e nessuno risponde!", "it", "days_down", 6),
        ("Buongiorno, da due settimane la linea è ferma", "it", "days_down", 14),
        ("La linea è lenta da una settimana", "it", "days_slow", 7),
        ("The line has been down for 6 days", "en", "days_down", 6),
        ("My line has been slow for two weeks.", "en", "days_slow", 14),
        ("La línea está cortada desde hace 6 días", "es", "days_down", 6),
        ("Llevo seis días con la línea cortada", "es", "days_down", 6),
        ("La ligne est coupée depuis 6 jours", "fr", "days_down", 6),
        ("Der Anschluss geht seit 6 Tagen nicht", "de", "days_down", 6),
        ("Seit einer Woche geht mein Anschluss nicht", "de", "days_down", 7),
    ],
)
def test_days_are_read_with_the_policys_words_for_them(
    text: str, language: str, name: str, days: int
) -> None:
    assert said(sample("telefonia"), text, language) == {name: Decimal(days)}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("non è vero che la linea è ferma da 6 giorni", "it"),
        ("Non è vero, come scrivete, che la linea è ferma da 6 giorni", "it"),
        ("la linea non è più ferma da 6 giorni", "it"),
        ("se entro 6 giorni la linea è ferma vi lascio", "it"),
        ("se la linea è ferma da 6 giorni mi spetta qualcosa", "it"),
        ("la linea è ferma da 6 giorni?", "it"),
        ("tra 6 giorni la linea è ferma", "it"),
        ("la linea resterà ferma da 6 giorni in su", "it"),
        ("la linea è ferma da 6 giorni, anzi 8", "it"),
        ("la linea è ferma da 6 giorni, no, la linea è ferma da 8 giorni", "it"),
        ("la linea è ferma da 6 giorni. La linea è ferma da 8 giorni", "it"),
        ("«la linea è ferma da 6 giorni»", "it"),
        ("> la linea è ferma da 6 giorni", "it"),
        ("Mi chiedete: da quanti giorni la linea è ferma", "it"),
        ("ho chiamato 3 volte e la linea è ferma", "it"),
        ("ho 2 figli e la linea è ferma", "it"),
        ("la linea di via Roma 6 è ferma dalle 8", "it"),
        ("la linea TL55126 è ferma da 6 ore", "it"),
        ("la linea è ferma da quasi 6 giorni", "it"),
        ("la linea è ferma, aspetto da 6 giorni un tecnico", "it"),
        ("aspetto un tecnico da 6 giorni perché la linea è ferma", "it"),
        ("il tecnico dice che la linea è ferma da 6 giorni", "it"),
        ("sono vostro cliente da 6 giorni", "it"),
        ("la linea è ferma e lenta da 6 giorni", "it"),
        ("nn è vero che la linea è ferma da 6 giorni", "it"),
        ("the line hasnt been down for 6 days", "en"),
        ("It is not true that the line has been down for 6 days", "en"),
        ("if the line has been down for 6 days I get a refund", "en"),
        ("the line will be down for 6 days", "en"),
        ("in 6 days the line goes down", "en"),
        ("you say the line has been down for 6 days", "en"),
        ("no es verdad que la línea esté cortada desde hace 6 días", "es"),
        ("si la línea está cortada desde hace 6 días", "es"),
        ("dentro de 6 días la línea estará cortada", "es"),
        ("la ligne n'est pas coupée depuis 6 jours", "fr"),
        ("si la ligne est coupée depuis 6 jours", "fr"),
        ("dans 6 jours la ligne est coupée", "fr"),
        ("Der Anschluss geht seit 6 Tagen", "de"),
        ("Es stimmt nicht, dass der Anschluss seit 6 Tagen nicht geht", "de"),
        ("wenn der Anschluss seit 6 Tagen nicht geht", "de"),
        ("Sie sagen, der Anschluss geht seit 6 Tagen nicht", "de"),
        ("in 6 Tagen geht der Anschluss nicht", "de"),
    ],
)
def test_a_number_that_is_merely_near_or_not_so_is_no_fact(text: str, language: str) -> None:
    assert said(sample("telefonia"), text, language) == {}


@pytest.mark.parametrize(
    ("policy", "name", "text", "language"),
    [
        ("negozio", "withdrawn_on", "vi ho scritto il 3 novembre che volevo restituire l'ordine", "it"),
        ("telefonia", "price_notice_on", "l'avviso di aumento è arrivato il 3 novembre", "it"),
        ("telefonia", "cancelled_on", "ho mandato il recesso il 3 novembre", "it"),
        ("telefonia", "price_notice_on", "I received the notice of the price rise on 3 November", "en"),
        ("telefonia", "cancelled_on", "el 3 de noviembre os escribí que desistía del contrato", "es"),
        ("telefonia", "cancelled_on", "Je vous ai écrit le 3 novembre pour me rétracter", "fr"),
        ("telefonia", "cancelled_on", "Ich habe am 3. November den Widerruf geschickt", "de"),
        ("albergo", "refund_since", "ho disdetto il 3 novembre con il rimborso promesso", "it"),
    ],
)
def test_a_day_is_read_with_the_policys_words_for_it(
    policy: str, name: str, text: str, language: str
) -> None:
    assert said(sample(policy), text, language, days=(NOVEMBER_3,)) == {name: NOVEMBER_3}


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("ho scritto il 3 novembre per l'ordine", "it", NOVEMBER_3),
        ("Non vi ho scritto il 3 novembre di voler restituire l'ordine", "it", NOVEMBER_3),
        ("entro il 3 novembre vi ho scritto di voler restituire l'ordine", "it", NOVEMBER_3),
        ("il 3 dicembre vi ho scritto di voler restituire l'ordine", "it", date(2026, 12, 3)),
        ("hice el pedido el 3 de noviembre", "es", NOVEMBER_3),
        ("Tell me whether I told you on 3 November that I was returning the order?", "en", NOVEMBER_3),
    ],
)
def test_another_day_is_none(text: str, language: str, day: date) -> None:
    assert said(sample("negozio"), text, language, days=(day,)) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("avete chiesto 12,50 € di troppo", {"overcharged": Decimal("12.5")}),
        ("il prezzo era 50 €", {"price": Decimal(50)}),
        ("ho pagato 50 €, il prezzo non mi è chiaro", {}),
        ("non avete chiesto 12 € di troppo", {}),
        ("avete chiesto 12 $ di troppo", {}),
        ("avete chiesto circa 12 € di troppo", {}),
        ("avete chiesto 12 € di troppo, anzi 15 €", {}),
    ],
)
def test_a_sum_is_read_in_the_policys_currency(text: str, found: dict[str, Decimal]) -> None:
    sums = {name: Money(amount=amount, currency="EUR") for name, amount in found.items()}
    assert said(SHOP, text) == sums


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("il pacco ha 8 giorni di ritardo", "it", 8),
        ("un ritardo di otto giorni", "it", 8),
        ("a delay of 8 days", "en", 8),
        ("ritardo: arriva tra 8 giorni", "it", None),
        ("la pratica è aperta da 8 giorni", "it", None),
    ],
)
def test_a_measure_stands_beside_its_noun(text: str, language: str, found: int | None) -> None:
    assert said(SHOP, text, language) == ({"days_late": Decimal(found)} if found is not None else {})


def test_facts_that_no_message_may_supply_are_not_looked_for() -> None:
    assert said(sample("negozio"), "il ritardo è di 8 giorni") == {}

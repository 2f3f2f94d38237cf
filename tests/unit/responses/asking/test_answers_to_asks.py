"""What customers answer when we ask: what they do not have, or a word, a number, a day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.assessment import Amount, Assessment, Entities
from models.decision import MissingFact
from models.money import Money
from responses.asking.answers import answers_in
from responses.asking.lacking import lacking
from responses.asking.values import Answers
from responses.policy import Policy, load_policy_text
from tests.unit.responses.orders.order_shop import POLICY
from tests.unit.responses.triage_road import assessed

FACTS = """
  days_late: {type: days, from: [customer], ask: {it: "i giorni di ritardo", en: a, es: a, fr: a, de: a}}
  paid: {type: money, from: [customer], ask: {it: a, en: a, es: a, fr: a, de: a}}
  withdrawn_on: {type: date, from: [customer], ask: {it: a, en: a, es: a, fr: a, de: a}}
  booked_what: {type: choice, of: [room, table], from: [customer], ask: {it: a, en: a, es: a, fr: a, de: a}}
  delivered_on:
    type: date
    from: [customer]
    ask: {it: "il giorno della consegna", en: "the day of the delivery", de: a, es: a, fr: a}
  ordered_on:
    type: date
    from: [customer]
    ask: {it: "la data dell'ordine: è nella mail", en: "the date of the order", de: a, es: a, fr: a}
  shipping:
    type: money
    from: [customer]
    ask: {it: "le spese di spedizione", en: "the shipping costs", es: a, fr: a, de: a}
  price: {type: money, from: [customer], ask: {it: "il prezzo", en: "the price", es: a, fr: a, de: a}}
  nights: {type: number, from: [customer], ask: {it: quante notti, en: how many nights, es: a, fr: a, de: a}}
  model: {type: text, from: [customer], ask: {it: il modello, en: the model, es: a, fr: a, de: das Modell}}
  size: {type: text, from: [customer], ask: {it: la taglia, en: the size, es: a, fr: a, de: a}}
  room:
    type: text
    from: [customer]
    ask: {it: "il numero della camera", en: the room number, es: a, fr: a, de: die Zimmernummer}
  contract: {type: text, from: [customer], ask: {it: il codice del contratto, en: a, es: a, fr: a, de: a}}
  who: {type: choice, of: [courier, ours, theirs], from: [customer], ask: {it: a, en: a, es: a, fr: a, de: a}}
  photo: {type: yes_no, from: [agent], after: {ask: {it: una foto, en: a, es: a, fr: a, de: a}}}
presume:"""
RULES = load_policy_text(POLICY.replace("presume:", FACTS.lstrip("\n"), 1), "regole.yaml")


def asked(*names: str, policy: Policy = RULES) -> list[MissingFact]:
    specs = [policy.facts[name] for name in names]
    return [
        MissingFact(name=spec.name, type=spec.type, ask=spec.ask, from_agent=False, choices=spec.choices)
        for spec in specs
    ]


def read(**entities: object) -> list[Assessment]:
    return [replace(assessed("other"), entities=Entities(**entities))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Non ce l'ho",
        "purtroppo non ce l’ho più.",
        "Il numero non lo trovo, mi dispiace",
        "l'ho buttata",
        "Sorry, I don't have it",
        "I can't find it anywhere",
        "I’ve lost it.",
        "No la tengo",
        "lo siento, no lo encuentro",
        "Je ne l'ai pas",
        "je l'ai jetée",
        "aucune idée",
        "Habe ich nicht",
        "Die habe ich leider nicht mehr",
        "Keine Ahnung",
    ],
)
def test_who_does_not_have_it_says_so_in_five_languages(text: str) -> None:
    assert lacking(asked("order_id"), [text]) == {"order_id"}


@pytest.mark.parametrize(
    "text",
    [
        "Non ho ricevuto il pacco",
        "Non ce l'ho ancora, arriva domani",
        "non ce l'ho qui, lo cerco stasera",
        "Non l'ho ordinato io",
        "Non li ho ricevuti",
        "Das habe ich nicht bestellt",
        "Je ne l'ai pas reçu",
        "I don't have it with me right now",
        "I don't have time for this",
        "Todavía no lo tengo aquí",
        "No la tengo a mano, luego se la mando",
        "Je ne l'ai pas sous la main",
        "Habe ich gerade nicht dabei",
        "Habe ich nicht hier, schicke ich heute Abend",
        "Eccolo: RS1234",
        "",
    ],
)
def test_what_is_lacking_for_now_or_something_else_is_no_answer(text: str) -> None:
    assert lacking(asked("order_id"), [text]) == frozenset()


@pytest.mark.parametrize(
    ("name", "text", "entities", "value"),
    [
        ("days_late", "5 giorni", {}, Decimal(5)),
        ("days_late", "12", {}, Decimal(12)),
        ("days_late", "tre giorni", {}, Decimal(3)),
        ("days_late", "Da una settimana", {}, Decimal(7)),
        ("days_late", "2 settimane", {}, Decimal(14)),
        ("days_late", "It has been four days.", {}, Decimal(4)),
        ("days_late", "a week", {}, Decimal(7)),
        ("days_late", "dos semanas", {}, Decimal(14)),
        ("days_late", "depuis six jours", {}, Decimal(6)),
        ("days_late", "seit fünf Tagen", {}, Decimal(5)),
        ("days_late", "há cinco dias", {}, Decimal(5)),
        ("days_late", "seit 9 Tagen", {}, Decimal(9)),
        ("paid", "ho pagato 40 €", {"amounts": (Amount(value=Decimal(40), currency="EUR"),)}, None),
        ("withdrawn_on", "il 3 novembre", {"dates": (date(2026, 11, 3),)}, date(2026, 11, 3)),
        ("arrived", "Sì, grazie", {}, True),
        ("arrived", "Sì, il pacco è arrivato ieri mattina", {}, True),
        ("arrived", "Yes, it has finally arrived on Monday morning", {}, True),
        ("arrived", "Oui, le colis est bien arrivé hier matin", {}, True),
        ("arrived", "Sim, obrigado", {}, True),
        ("arrived", "Não", {}, False),
        ("arrived", "Nein, leider nicht", {}, False),
        ("booked_what", "la camera", {}, "room"),
        ("booked_what", "une table", {}, "table"),
        ("order_id", "RS-1234", {}, "RS-1234"),
    ],
)
def test_one_thing_that_fits_is_taken(
    name: str, text: str, entities: dict[str, object], value: object
) -> None:
    expected = value if value is not None else Money(amount=Decimal(40), currency="EUR")
    assert answers_in(asked(name), [text], read(**entities), RULES).given == {name: expected}


@pytest.mark.parametrize(
    ("names", "text", "entities"),
    [
        (["days_late"], "tre o quattro giorni", {}),
        (["days_late"], "più di tre giorni", {}),
        (["days_late"], "più di 3 giorni", {}),
        (["days_late"], "quasi una settimana", {}),
        (["days_late"], "una settimana e due giorni", {}),
        (["days_late"], "un giorno vi scriverò", {}),
        (["days_late"], "tre mesi", {}),
        (["days_late"], "due settimane fa, il 3 novembre", {"dates": (date(2026, 11, 3),)}),
        (["days_late"], "3 o 4 giorni", {}),
        (["paid"], "40 dollari", {"amounts": (Amount(value=Decimal(40), currency="USD"),)}),
        (["withdrawn_on"], "il 3 o il 4", {"dates": (date(2026, 11, 3), date(2026, 11, 4))}),
        (["arrived"], "sì e no", {}),
        (["arrived"], "no perché il corriere non è mai passato da casa", {}),
        (["arrived"], "Sì, vorrei sapere che fine ha fatto il pacco", {}),
        (["arrived"], "Sì, il pacco è arrivato ma era vuoto e rotto", {}),
        (["arrived"], "Sì, capisco, però non è ancora arrivato niente", {}),
        (["arrived"], "Yes, sure, please tell me when it has arrived", {}),
        (["arrived"], "sì, è arrivato, oppure era un altro pacco il mio?", {}),
        (["booked_what"], "camera e tavolo", {}),
        (["booked_what"], "non la camera", {}),
        (["booked_what"], "forse il tavolo", {}),
        (["photo"], "sì", {}),
        (["order_id"], "RS1234 oppure RS1235", {}),
        (["order_id"], "sono tre giorni che aspetto", {}),
        (["order_id"], "chiamatemi al 3331234567", {"phone_numbers": ("+393331234567",)}),
    ],
    ids=str,
)
def test_what_may_mean_two_things_is_left_to_an_agent(
    names: list[str], text: str, entities: dict[str, object]
) -> None:
    assert answers_in(asked(*names), [text], read(**entities), RULES).given == {}


DAYS = {"dates": (date(2026, 11, 3), date(2026, 11, 10))}
SUMS = {"amounts": (Amount(value=Decimal(40), currency="EUR"), Amount(value=Decimal(5), currency="EUR"))}


def euros(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


ORDERED_FIRST = {"ordered_on": date(2026, 11, 3), "delivered_on": date(2026, 11, 10)}


@pytest.mark.parametrize(
    ("names", "text", "entities", "given"),
    [
        # A name or a number of something.
        (["model"], "Dyson V8", {}, {"model": "Dyson V8"}),
        (["model"], "XY-200, grazie", {}, {"model": "XY-200"}),
        (["model"], "Buongiorno, il modello è XY-200. Attendo notizie", {}, {"model": "XY-200"}),
        (["model"], "The model is Dyson V8, bought in May", {}, {"model": "Dyson V8"}),
        (["model"], "Modell: Bosch Serie 4", {}, {"model": "Bosch Serie 4"}),
        (["size"], "Taglia: M", {}, {"size": "M"}),
        (["size"], "La taglia è M", {}, {"size": "M"}),
        (["size"], "size: S, thanks", {}, {"size": "S"}),
        (["model"], "modello: A", {}, {"model": "A"}),
        (["model"], "Modello: Maggio", {}, {"model": "Maggio"}),
        (["model"], "Modello: Mars", {}, {"model": "Mars"}),
        (["model"], "Modello: Prima", {}, {"model": "Prima"}),
        (["model"], "Modello: Super", {}, {"model": "Super"}),
        (["room"], "204", {}, {"room": "204"}),
        (["room"], "La 204, grazie", {}, {"room": "204"}),
        (["room"], "eravamo nella camera 204 e faceva freddo", {}, {"room": "204"}),
        (["room"], "Zimmernummer 17.", {}, {"room": "17"}),
        (["contract"], "contratto n. AB-1234", {}, {"contract": "AB-1234"}),
        (
            ["order_id", "contract"],
            "RS9999, contratto AB1234",
            {},
            {"order_id": "RS9999", "contract": "AB1234"},
        ),
        # Two of one type: by the words beside them.
        (
            ["ordered_on", "delivered_on"],
            "consegnato il 3 novembre, ordinato il 10 novembre",
            DAYS,
            {"delivered_on": date(2026, 11, 3), "ordered_on": date(2026, 11, 10)},
        ),
        (
            ["ordered_on", "delivered_on"],
            "il 3 novembre l'ho ordinato, il 10 novembre me l'hanno consegnato",
            DAYS,
            ORDERED_FIRST,
        ),
        (
            ["ordered_on", "delivered_on"],
            "ordinato il 3 novembre",
            {"dates": (date(2026, 11, 3),)},
            {"ordered_on": date(2026, 11, 3)},
        ),
        (
            ["price", "shipping"],
            "spedizione 5 €, prezzo 40 €",
            SUMS,
            {"price": euros(40), "shipping": euros(5)},
        ),
        (
            ["days_late", "nights"],
            "3 giorni di ritardo, 2 notti",
            {},
            {"days_late": Decimal(3), "nights": Decimal(2)},
        ),
        # By the order of the questions, where nothing else is said.
        (["ordered_on", "delivered_on"], "3 novembre e 10 novembre, grazie", DAYS, ORDERED_FIRST),
        (["price", "shipping"], "40 € e 5 €", SUMS, {"price": euros(40), "shipping": euros(5)}),
        # By a list.
        (["delivered_on", "ordered_on"], "1) 10 novembre 2) 3 novembre", DAYS, ORDERED_FIRST),
        (
            ["order_id", "model", "arrived"],
            "1. RS9999\n2. Dyson V8\n3. no",
            {},
            {"order_id": "RS9999", "model": "Dyson V8", "arrived": False},
        ),
        (["arrived", "nights"], "1) sì\n2) 4", {}, {"arrived": True, "nights": Decimal(4)}),
        (["delivered_on", "ordered_on"], "Salve,\n10 novembre\n3 novembre", DAYS, ORDERED_FIRST),
        # An option in a longer answer.
        (["who"], "Guardi, secondo me è stato il corriere a romperlo", {}, {"who": "courier"}),
        (
            ["booked_what"],
            "Avevamo prenotato una camera con vista per due notti",
            {},
            {"booked_what": "room"},
        ),
    ],
    ids=str,
)
def test_what_a_careful_reader_would_not_doubt_is_taken(
    names: list[str], text: str, entities: dict[str, object], given: dict[str, object]
) -> None:
    found = answers_in(asked(*names), [text], read(**entities), RULES)
    assert found == Answers(given=given)


@pytest.mark.parametrize(
    ("names", "text", "entities", "likely"),
    [
        (["model"], "bosch serie lusso", {}, {"model": "bosch serie lusso"}),
        (["size"], "M", {}, {"size": "M"}),
        (["size"], "La M, grazie", {}, {"size": "La M"}),
        (["size"], "taglia: m", {}, {"size": "m"}),
        (["room"], "forse la 204", {}, {"room": "204"}),
        (["days_late"], "più di 3 giorni", {}, {"days_late": "3"}),
        (
            ["ordered_on", "delivered_on"],
            "10 novembre e 3 novembre",
            DAYS,
            {"ordered_on": "2026-11-10", "delivered_on": "2026-11-03"},
        ),
        (
            ["ordered_on", "delivered_on"],
            "forse ordinato il 3 novembre e consegnato il 10 novembre",
            DAYS,
            {"ordered_on": "2026-11-03", "delivered_on": "2026-11-10"},
        ),
        (
            ["price", "shipping"],
            "mi avete preso 40 € e poi ancora 5 €",
            SUMS,
            {"price": "40", "shipping": "5"},
        ),
        (["order_id", "contract"], "AB1234", {}, {"order_id": "AB1234", "contract": "AB1234"}),
        (
            ["who"],
            "Il pacco è stato lasciato fuori sotto la pioggia e poi, guarda caso, il corriere ha riso",
            {},
            {"who": "courier"},
        ),
        (["arrived", "model"], "1) sì 2) un Bosch bianco", {}, {"model": "un Bosch bianco"}),
        (["room", "nights"], "204", {}, {"room": "204", "nights": "204"}),
        (["model"], "un bosch 200, vergogna", {}, {"model": "un bosch 200, vergogna"}),
    ],
    ids=str,
)
def test_what_is_not_certain_is_left_for_one_press_of_an_agent(
    names: list[str], text: str, entities: dict[str, object], likely: dict[str, str]
) -> None:
    found = answers_in(asked(*names), [text], read(**entities), RULES)
    assert found.likely == likely
    assert found.given.keys().isdisjoint(likely)


@pytest.mark.parametrize(
    ("names", "text", "entities"),
    [
        (["model"], "Ve lo mando domani", {}),
        (["model"], "Vi do 24 ore", {}),
        (["model"], "ok grazie", {}),
        (["model"], "Modello: Ok", {}),
        (["model"], "Modello: sì, grazie", {}),
        (["model"], "modello: boh", {}),
        (["size"], "A domani", {}),
        (["size"], "mm", {}),
        (["model"], "Vergogna", {}),
        (["model"], "Che schifo, grazie!", {}),
        (["model"], "Shame on you", {}),
        (["model"], "Qué vergüenza", {}),
        (["model"], "Quelle honte !", {}),
        (["model"], "Unverschämt!", {}),
        (["model"], "Que vergonha", {}),
        (["model", "room"], "1) sì 2) no", {}),
        (["model", "room"], "1) vergogna 2) tre giorni", {}),
        (["model", "room"], "1) yes\n2) two weeks", {}),
        (["model"], "Che modello?", {}),
        (["model"], "il modello è difettoso", {}),
        (["room"], "la camera è sporca da 3 giorni", {}),
        (["room"], "la camera 2 giorni fa era fredda", {}),
        (["room"], "ho chiamato 3 volte", {}),
        (["room"], "per 2", {}),
        (["room"], "Vi do 24 ore", {}),
        (["contract"], "ho un contratto 100 € al mese", {}),
        (["contract"], "il contratto 12/11/2026", {}),
        (["ordered_on", "delivered_on"], "aspetto ancora", {}),
        (["who"], "non è stato il corriere, ve lo assicuro io", {}),
        (["who"], "è stato il corriere oppure siete stati voi a romperlo?", {}),
        (["booked_what"], "Prima la camera era fredda e poi il tavolo era occupato", {}),
        (["room"], "chiamatemi al 3331234567", {"phone_numbers": ("+393331234567",)}),
    ],
    ids=str,
)
def test_what_is_no_answer_is_neither_taken_nor_supposed(
    names: list[str], text: str, entities: dict[str, object]
) -> None:
    found = answers_in(asked(*names), [text], read(**entities), RULES)
    assert (found.given, found.likely) == ({}, {})


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Domani",
            "boh",
            "Ok!",
            "Grazie",
            "forse",
            "mah, vediamo",
            "domani mattina",
            "lunedì",
            "Un attimo",
            "io",
        ),
        *("tomorrow", "dunno", "sure, thanks", "maybe later", "Monday", "hang on", "Good morning"),
        *("mañana", "vale, gracias", "quizá", "pues ya veremos", "el lunes", "un momento"),
        *("demain", "bof", "d'accord, merci", "peut-être", "après-demain", "ça dépend"),
        *("morgen", "na ja", "alles klar, danke", "vielleicht", "am Montag", "mal sehen"),
        *("amanhã", "sei lá", "está bem, obrigada", "talvez", "em breve"),
    ],
)
@pytest.mark.parametrize("ask", ["{}", "Modello: {}", "1) {}\n2) 204"])
def test_what_puts_off_or_greets_is_nobodys_name(text: str, ask: str) -> None:
    found = answers_in(
        asked("model", "room") if "2)" in ask else asked("model"), [ask.format(text)], read(), RULES
    )
    assert "model" not in found.given | found.likely


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Marta",
            "anna rossi",
            "Felice",
            "Domenica",
            "Sabato Esposito",
            "Grazia Deledda",
            "Bene Rossi",
            "Mia",
        ),
        *(
            "Will",
            "Mark",
            "Grace",
            "Sunday Oliseh",
            "Domingo",
            "Paz Vega",
            "Claire",
            "Ernst Bald",
            "Jens Morgen",
        ),
    ],
)
def test_a_name_that_is_made_of_such_words_is_offered_all_the_same(text: str) -> None:
    assert answers_in(asked("model"), [text], read(), RULES).likely == {"model": text}


@pytest.mark.parametrize(
    ("names", "text", "entities", "still"),
    [
        (["price", "shipping"], "Il prezzo era 40 €", {"amounts": SUMS["amounts"][:1]}, "shipping"),
        (["price", "shipping"], "40 €", {"amounts": SUMS["amounts"][:1]}, "shipping"),
        (
            ["ordered_on", "delivered_on"],
            "Ordinato il 3 novembre",
            {"dates": DAYS["dates"][:1]},
            "delivered_on",
        ),
        (["order_id", "model"], "Modello: XY-200", {}, "order_id"),
        (["days_late", "nights"], "3 giorni di ritardo", {}, "nights"),
    ],
    ids=str,
)
def test_what_has_answered_one_thing_answers_no_other_that_is_still_open(
    names: list[str], text: str, entities: dict[str, object], still: str
) -> None:
    found = answers_in(asked(still), [text, "Grazie"], read(**entities), RULES, question=asked(*names))
    assert found == Answers(given={})


def test_what_comes_later_is_told_apart_from_what_was_said_before() -> None:
    texts = ["ordinato il 3 novembre", "e consegnato il 10 novembre"]
    question = asked("ordered_on", "delivered_on")
    found = answers_in(asked("delivered_on"), texts, read(**DAYS), RULES, question=question)
    assert found == Answers(given={"delivered_on": date(2026, 11, 10)})

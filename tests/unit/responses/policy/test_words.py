"""The sheet: a policy in sentences. The whole of the samples' sheets is in tests/golden/policy."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from responses.policy import Policy, PolicyFileError, load_policy_text
from responses.policy.words import Sheet, difference, page, sheet

GOLDEN = Path(__file__).parents[3] / "golden" / "policy"
SAMPLES = ("negozio", "albergo", "telefonia")

HEAD = """
policy: prova
effective: 2026-01-01
currency: EUR
timezone: Europe/Rome
facts:
  order_id: {type: text, from: [customer], ask: {it: "il numero d'ordine: comincia con RS"}}
  days_late: {type: days, from: [agent]}
  paid: {type: money, from: [agent]}
  nights: {type: number, from: [agent]}
  fault: {type: choice, of: [ours, courier, theirs], from: [agent]}
  colour: {type: choice, of: [red, blue], from: [agent]}
  broken: {type: yes_no, from: [agent]}
  asked_on: {type: date, from: [agent]}
"""
LAST = "\n  - {id: last, when: {act: complaint}, hand_over: agent}\n"
WORDS = """
words:
  it:
    paid: {is: "ha pagato {}", some: "ha pagato qualcosa", none: "non ha pagato", the: l'importo pagato}
    nights: {is: "le notti sono {}", each: notte}
    broken: {yes: "è rotto", no: "non è rotto"}
    asked_on: il recesso
    delivery_late: pacco in ritardo
"""


def sample(name: str) -> Policy:
    text = files("responses.policy").joinpath("samples", f"{name}.yaml").read_text(encoding="utf-8")
    return load_policy_text(text, f"{name}.yaml")


def policy(rule: str, more: str = WORDS) -> Policy:
    return load_policy_text(f"{HEAD}rules:\n  - {{id: one, {rule}}}{LAST}{more}", "prova.yaml")


def told(rule: str, more: str = WORDS, language: str = "it") -> str:
    """The first rule as a line of the sheet."""
    made = sheet(policy(rule, more), language)
    return next(line.text for line in made.lines if line.key == "rules.one")


def condition(when: str, more: str = WORDS, language: str = "it") -> str:
    return told(f"when: {when}, hand_over: agent", more, language)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_read_as_they_were_approved(name: str, language: str) -> None:
    expected = (GOLDEN / f"{name}.{language}.txt").read_text(encoding="utf-8")
    assert sheet(sample(name), language).text() + "\n" == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_no_sheet_shows_a_name_of_the_notation(name: str) -> None:
    names = set(sample(name).facts) | {"delivery_late", "one_of", "working_days", "customer"}
    assert not names & set(re.findall(r"[a-z]+(?:_[a-z]+)+", sheet(sample(name), "it").text()))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{days_late: {over: 5}}", "il pacco è in ritardo di più di 5 giorni"),
        ("{days_late: {up_to: 1}}", "il pacco è in ritardo di al massimo un giorno"),
        ("{not: {days_late: {over: 5}}}", "il pacco è in ritardo di al massimo 5 giorni"),
        ("{paid: {over: 0 EUR}}", "ha pagato qualcosa"),
        ("{paid: {up_to: 0 EUR}}", "non ha pagato"),
        ("{paid: {over: 0 EUR, up_to: 1500 EUR}}", "ha pagato più di 0 € e al massimo 1.500 €"),
        ("{paid: {under: 4.90 EUR}}", "ha pagato meno di 4,90 €"),
        ("{nights: {at_least: '2,5'}}", "le notti sono almeno 2,5"),
        ("{broken: yes}", "è rotto"),
        ("{broken: {not: yes}}", "non è rotto"),
        ("{fault: ours}", "è colpa nostra"),
        ("{fault: [ours, courier]}", "è colpa nostra o del corriere"),
        ("{fault: {not: theirs}}", "non è colpa del cliente"),
        ("{fault: {not: [theirs, courier]}}", "è colpa nostra"),
        ("{colour: red}", "«colour»: red"),
        ("{order_id: {known: no}}", "non sappiamo il numero d'ordine"),
        ("{days_since: {asked_on: {over: 14}}}", "sono passati più di 14 giorni dal recesso"),
        ("{months_since: {asked_on: {up_to: 1}}}", "è passato al massimo un mese dal recesso"),
        ("{months_since_delivery: {up_to: 24}}", "sono passati al massimo 24 mesi dalla consegna"),
        ("{asked_on: {under: 2026-05-01}}", "il recesso: prima del 1º maggio 2026"),
        (
            "{ask: {not: [refund, cancellation]}}",
            "chi scrive non chiede un rimborso e chi scrive non chiede di disdire",
        ),
        ("{language: de}", "chi scrive usa il tedesco"),
        ("{urgency: {at_least: high}}", "l'urgenza è almeno alta"),
        ("{own_error: no}", "chi scrive non dice di aver sbagliato"),
        ("{act: {not: praise}}", "il messaggio non è un complimento"),
        (
            "{complaint: {not: delivery_late}, broken: yes}",
            "non si tratta di «pacco in ritardo» ed è rotto",
        ),
        ("{any_of: [{broken: yes}, {fault: ours}]}", "è rotto oppure è colpa nostra"),
        (
            "{days_late: {over: 5}, any_of: [{broken: yes}, {fault: ours}]}",
            "il pacco è in ritardo di più di 5 giorni e (è rotto oppure è colpa nostra)",
        ),
    ],
)
def test_a_condition_is_said_in_italian(when: str, words: str) -> None:
    assert condition(when) == f"Se {words}: decide un operatore."


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{days_late: {over: 5}}", "the parcel is more than 5 days late"),
        ("{fault: {not: theirs}}", "the fault is not the customer's"),
        ("{fault: [ours, courier]}", "the fault is ours or the courier's"),
        ("{order_id: {known: no}}", "we do not know the order number"),
        ("{months_since_delivery: {up_to: 24}}", "at most 24 months have passed since delivery"),
        ("{broken: yes}", "“broken”: yes"),
    ],
)
def test_a_condition_is_said_in_english_also_without_english_words_in_the_file(when: str, words: str) -> None:
    if_so = condition(when, language="en")
    assert if_so == f"If {words}: an agent decides."


@pytest.mark.parametrize(
    ("give", "words"),
    [
        ("{voucher: 10 EUR}", "un buono da 10 €"),
        ("{voucher: 40% of paid}", "un buono pari al 40% dell'importo pagato"),
        ("{discount: 8%}", "l'8% di sconto sul prossimo ordine"),
        ("{discount: 15%, of: order, at_most: 20 EUR}", "il 15% di sconto su questo ordine (fino a 20 €)"),
        ("{discount: 5 EUR}", "uno sconto di 5 € sul prossimo ordine"),
        ("{refund: full}", "il rimborso completo"),
        ("{refund: 20%}", "il rimborso del 20% del prezzo"),
        ("{refund: 200% of paid}", "il rimborso del 200% dell'importo pagato"),
        ("{refund: paid}", "il rimborso dell'importo pagato"),
        ("{free_period: 1 month}", "un mese gratis"),
        ("redo", "il lavoro rifatto da capo"),
        ('{gift: {it: "una cena"}}', "una cena"),
        ('{words: {it: "la tavola è sua."}}', "«la tavola è sua»"),
        ('{words: {it: "la tavola è (sua|tua)."}}', "«la tavola è sua»"),
        ("{all_of: [repair, {voucher: 5 EUR}]}", "la riparazione e un buono da 5 €"),
    ],
)
def test_what_is_given_is_said_with_its_articles(give: str, words: str) -> None:
    assert told(f"when: {{fault: ours}}, give: {give}") == f"Se è colpa nostra: offriamo {words}."


@pytest.mark.parametrize(
    ("give", "words"),
    [
        ("{voucher: 8 EUR per nights}", "un buono da 8 € per ogni notte"),
        ("{refund: 6 EUR, times: {broken: 2}}", "un rimborso di 6 €, il doppio se è rotto"),
        ("{refund: 6 EUR, times: {broken: '1.5'}}", "un rimborso di 6 €, per 1,5 se è rotto"),
    ],
)
def test_what_is_owed_by_the_unit_is_said_so(give: str, words: str) -> None:
    owed = f"owed:\n  - {{id: law, when: {{fault: ours}}, give: {give}, source: legge}}\n"
    text = f"{HEAD}{owed}rules:{LAST}{WORDS}"
    made = sheet(load_policy_text(text, "prova.yaml"), "it")
    assert words in next(line.text for line in made.lines if line.key == "owed.law")


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ("codes: ours\n", "I codici dei buoni li facciamo noi."),
        (
            "codes: ours\nvouchers: {valid: 12 months}\n",
            "I codici dei buoni li facciamo noi e valgono 12 mesi.",
        ),
    ],
    ids=["for ever", "for a year"],
)
def test_how_long_codes_are_good_is_told(sections: str, words: str) -> None:
    made = sheet(load_policy_text(f"{HEAD}rules:{LAST}{WORDS}\n{sections}", "prova.yaml"), "it")
    assert next(line.text for line in made.lines if line.key == "codes") == words


def test_a_choice_an_apology_and_a_promise_make_a_sentence_as_on_the_wall() -> None:
    line = told(
        "when: {complaint: delivery_late, days_late: {over: 5}, fault: ours}, apologise: yes, "
        "give: {one_of: [{discount: 15%, of: next_order, at_most: 20 EUR}, {voucher: 10 EUR}]}, "
        'promise: {what: {it: "rispediamo il pacco"}, within: 2 working days}, tier: supervisor'
    )
    assert line == (
        "Se il pacco è in ritardo di più di 5 giorni ed è colpa nostra: ci scusiamo e offriamo, a scelta, il "
        "15% di sconto sul prossimo ordine (fino a 20 €) oppure un buono da 10 €. Entro 2 giorni lavorativi: "
        "rispediamo il pacco. Approva un responsabile."
    )


def test_lines_about_one_complaint_share_what_they_have_in_common() -> None:
    text = f"""{HEAD}rules:
  - {{id: a, when: {{complaint: delivery_late, fault: ours, broken: yes}}, give: {{voucher: 5 EUR}}}}
  - {{id: b, when: {{complaint: delivery_late, fault: ours}}, give: {{voucher: 3 EUR}}}}{LAST}{WORDS}"""
    rules = sheet(load_policy_text(text, "prova.yaml"), "it").sections[0]
    assert rules.runs[0][0] == "Pacco in ritardo, se è colpa nostra"
    assert [line.text for line in rules.runs[0][1]] == [
        "Se è rotto: offriamo un buono da 5 €.",
        "Altrimenti: offriamo un buono da 3 €.",
    ]
    assert rules.lines[1].alone == "Pacco in ritardo. Se è colpa nostra: offriamo un buono da 3 €."


def test_what_a_customer_is_always_asked_for_is_a_mark_explained_once() -> None:
    made: Sheet = sheet(policy("when: {order_id: known, broken: yes}, hand_over: agent"), "it")
    assert told("when: {order_id: known, broken: yes}, hand_over: agent").startswith("● Se è rotto:")
    assert "● = ci serve il numero d'ordine." in [line.text for line in made.lines]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("{it: {days_lat: 'è in ritardo di {}'}}", 'unknown fact or complaint type "days_lat"'),
        ("{it: {days_late: è in ritardo}}", "expected a sentence with {} where the value goes"),
        ("{it: {broken: {yes: è rotto}}}", '"no" is missing'),
        ("{it: {fault: {ours: nostra, theirs: sua}}}", '"courier" is missing'),
        ("{fr: {}}", 'unknown language of the desk "fr"'),
    ],
)
def test_words_that_do_not_fit_are_refused_with_their_place(words: str, message: str) -> None:
    with pytest.raises(PolicyFileError) as refused:
        policy("when: always, hand_over: agent", f"\nwords: {words}\n")
    (problem,) = refused.value.problems
    assert message in problem.message
    assert problem.line == 19


def changed(**changes: str) -> Policy:
    text = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return load_policy_text(text, "negozio.yaml")


def test_a_comment_is_no_difference() -> None:
    assert difference(sample("negozio"), changed(a=("# LE REGOLE:", "# Le regole:")), "it") == [
        "Nessuna regola cambia."
    ]


def test_a_difference_names_what_is_new_gone_and_changed_in_the_sheets_sentences() -> None:
    after = changed(a=("per_case: 80 EUR", "per_case: 90 EUR"), b=("id: sito-fermo", "id: sito-guasto"))
    points = difference(sample("negozio"), after, "it")
    assert points[0] == "~ Prima: Per ogni caso al massimo 80 €.\n  Adesso: Per ogni caso al massimo 90 €."
    assert [point[:8] for point in points[1:]] == ["+ Nuova:", "− Tolta:"]
    assert "Sito fermo" in points[1]


def test_a_long_difference_is_cut_at_ten_points_and_says_so() -> None:
    points = difference(sample("negozio"), sample("telefonia"), "en")
    assert len(points) == 10
    assert re.fullmatch(r"… and \d+ other differences\.", points[-1])


def test_the_page_needs_nothing_from_outside_and_hides_nothing_on_the_screen() -> None:
    made = sheet(sample("albergo"), "it")
    html = page(made)
    assert not re.findall(r"(?:src|href)=|url\(|@import", html)
    assert html.count('class="more"') > sum(len(line.more) for line in made.lines)


def test_for_what_the_emergency_number_is_named_is_said() -> None:
    made = sheet(policy("when: always, hand_over: agent", "emergency: [safety_privacy]\n"), "it")
    (line,) = [one.text for one in made.lines if one.key == "emergency"]
    assert line.startswith("Quando non si può aspettare e si tratta di sicurezza e dati, o chi scrive parla")

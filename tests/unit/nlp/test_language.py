import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.deciding import decide
from nlp.heads import TRAINED, load_heads
from nlp.language import LANGUAGES, UNKNOWN, detect_language, detect_languages, load_identifier, opinions
from nlp.stretches import LOOKED_AT, MOST, cut_up
from nlp.training.corpus import SHIPPED, read_corpus, split


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Il pacco non è mai arrivato", "it"),
        ("buongiorno, a che ora aprite?", "it"),
        ("where is my parcel", "en"),
        ("¿Dónde está mi paquete?", "es"),
        ("Je n'ai jamais reçu mon colis", "fr"),
        ("Wo bleibt mein Paket?", "de"),
        ("Minha encomenda ainda não chegou", "pt"),
    ],
)
def test_short_messages_are_told_apart(text: str, language: str) -> None:
    assert detect_language(text, fallback="xx") == language


@pytest.mark.parametrize("text", ["", "ok", "👍", "12345", "???", "\0"])
def test_what_cannot_be_told_is_the_fallback(text: str) -> None:
    assert detect_language(text, fallback="de") == "de"


@pytest.mark.parametrize(
    "text",
    [
        "Hvornar kommer min ordre",
        "Nu am primit banii inapoi",
        "Param ne zaman geri gelecek",
        "Chci vratit penize",
        "Preke atejo sugadinta",
        "Zelim povrat novca",
        "Uang saya belum kembali",
    ],
)
def test_a_few_words_of_another_language_without_its_accents_are_in_none_of_ours(text: str) -> None:
    assert detect_language(text) == UNKNOWN


@pytest.mark.parametrize(
    "text",
    ["la ninna nanna", "xké nn risp", "tqm bss xfa", "ciaoo rega tt bn", "Buongiorno sig.ra Przybylska"],
)
def test_odd_words_are_not_taken_for_another_language(text: str) -> None:
    assert detect_language(text) != UNKNOWN


MIXED = [
    "Il pacco non è mai arrivato",
    "",
    "WHERE IS MY PARCEL",
    "👍",
    "¿Dónde está mi paquete? " * 20,
    "e\u0301 arrivato",
    "ok",
]


def test_many_texts_have_the_languages_that_each_has_alone() -> None:
    assert detect_languages(MIXED, "xx") == [detect_language(text, "xx") for text in MIXED]


@pytest.mark.parametrize("text", [text for text in MIXED if text])
def test_all_texts_together_are_given_the_probabilities_that_the_library_gives_each(text: str) -> None:
    known = dict(load_identifier().rank(text))
    ours = sum(known[language] for language in LANGUAGES)

    together, _ = opinions(["a much longer text than the other one " * 5, text, "à"])

    assert together[1] == pytest.approx(
        [known[language] / ours for language in LANGUAGES], rel=1e-4, abs=1e-7
    )


# Written after the rule, and not looked at while it was.
IN_OTHERS = {
    "nl": (
        "Wanneer wordt de nieuwe koelkast geleverd?",
        "Het deksel past niet op de pan",
    ),
    "pl": ("Od tygodnia czekam na odpowiedź i nikt się nie odzywa", "Buty są za małe, chcę je wymienić"),
    "ja": ("サイズが合わないので交換したいです", "三週間待っていますが返事がありません"),
    "tr": ("Üç haftadır cevap bekliyorum, çok kızgınım", "Ayakkabı küçük geldi, değiştirmek istiyorum"),
    "ro": ("Aștept de trei săptămâni un răspuns de la voi", "Pantofii sunt prea mici, vreau să îi schimb"),
    "sv": ("Jag har väntat på svar i tre veckor nu", "Skorna är för små och jag vill byta dem"),
    "da": ("Jeg har ventet på svar i tre uger nu", "Skoene er for små, og jeg vil gerne bytte dem"),
    "cs": ("Už tři týdny čekám na odpověď", "Boty jsou malé, chtěla bych je vyměnit"),
    "hu": ("Három hete várok a válaszukra", "Kicsi a cipő, szeretném kicserélni"),
    "fi": ("Olen odottanut vastausta jo kolme viikkoa", "Kengät ovat liian pienet, haluan vaihtaa ne"),
    "ru": ("Я уже три недели жду ответа", "Туфли малы, хочу их обменять"),
    "el": ("Περιμένω απάντηση εδώ και τρεις εβδομάδες", "Τα παπούτσια είναι μικρά, θέλω αλλαγή"),
}


@pytest.mark.parametrize("text", ["ok va bn", "hiya x", "ciao raga"])
def test_two_syllables_are_no_other_language(text: str) -> None:
    assert detect_language(text, fallback="it") != UNKNOWN


@pytest.mark.parametrize("texts", IN_OTHERS.values(), ids=IN_OTHERS)
def test_a_language_that_is_none_of_ours_is_said_to_be_none(texts: tuple[str, str]) -> None:
    assert detect_languages(texts) == [UNKNOWN, UNKNOWN]


def test_our_own_languages_stay_right() -> None:
    _, test = split(read_corpus([SHIPPED]))
    told = [(one.text, one.language) for one in test if one.language is not None]
    stretches = [(" ".join(text.split()[:3]), language) for text, language in told if len(text.split()) > 3]
    found = detect_languages([text for text, _ in told])
    short = detect_languages([text for text, _ in stretches])
    right = sum(one == language for one, (_, language) in zip(found, told, strict=True))
    assert right / len(told) >= 0.985
    assert found.count(UNKNOWN) <= 0.002 * len(found)
    assert short.count(UNKNOWN) <= 0.002 * len(short)
    right = sum(one == language for one, (_, language) in zip(short, stretches, strict=True))
    assert right / len(short) >= 0.975


LATE = (
    "Buongiorno, ho ordinato due settimane fa una lampada da tavolo sul vostro sito e il pacco non è ancora "
    "arrivato. Ho già scritto due volte al servizio clienti senza risposta, e il corriere non sa nulla. "
)
BROKEN = (
    "Hello, I stayed at your hotel last weekend and the room was not what I had booked. The shower did not "
    "work, the bed was broken and nobody at the desk was able to help me, which was very disappointing. "
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (LATE + "My Italian is poor, could you please write back in English?", "en"),
        (LATE + "Mein Italienisch ist schlecht, könnten Sie mir bitte auf Deutsch antworten?", "de"),
        (BROKEN + "Sarebbe possibile avere una risposta in italiano? Grazie.", "it"),
        ("Buongiorno a tutti. " + BROKEN * 2, "en"),
        (BROKEN + "Non parlo bene inglese, scusate. " + LATE * 2, "it"),
        (LATE * 8 + "\nSent from my iPhone", "it"),
        (LATE + "\n\nThis e-mail is confidential and meant only for the person it is addressed to.", "it"),
        (LATE + 'Nel modulo c\'è scritto "How can we help you today?". Quando arriva il mio pacco?', "it"),
        ("." * 400, "xx"),
    ],
)
def test_of_a_long_text_the_last_question_counts_or_else_most_of_it(text: str, language: str) -> None:
    assert detect_language(text, fallback="xx") == language


@given(st.text(max_size=3000))
def test_of_any_text_no_more_than_a_few_stretches_are_looked_at(text: str) -> None:
    stretches = cut_up(text).stretches

    assert 1 <= len(stretches) <= MOST + 1
    assert max(map(len, stretches)) <= LOOKED_AT


def test_what_is_in_none_of_our_languages_is_left_to_a_person() -> None:
    heads = load_heads(TRAINED).fields
    sure = {
        name: np.tile(np.eye(1, len(head.labels), dtype=np.float32), (2, 1)) for name, head in heads.items()
    }
    sure["scope"] = np.zeros_like(sure["scope"])
    assert decide(heads, sure, languages=["it", UNKNOWN]).unsure["act"].tolist() == [False, True]


def test_one_endless_word_is_cut_into_whole_stretches_without_copying_its_rest() -> None:
    # A picture pasted as letters has no sentence in it.
    text = "a" * (20_000 * LOOKED_AT + 7)
    stretches = cut_up(text).stretches
    assert len(stretches) == MOST
    assert {len(one) for one in stretches} == {LOOKED_AT, 7}
    assert stretches[-1] == "a" * 7

"""What broke, in the customer's word: named where it is plain, and only there."""

import pytest

from responses.drafts.things import thing_named


@pytest.mark.parametrize(
    ("language", "text", "thing"),
    [
        ("it", "la lampada che ho preso si è rotta", "la lampada"),
        ("it", "Salve, la mia macchina da caffè non funziona più da ieri", "la macchina da caffè"),
        ("it", "ho comprato una lampada da voi e dopo due giorni si è rotta", "la lampada"),
        ("it", "Ho ordinato uno specchio che è arrivato crepato", "lo specchio"),
        ("it", "mi è arrivata la teiera tutta rotta", "la teiera"),
        ("it", "L'aspirapolvere comprato a marzo non si accende", "l'aspirapolvere"),
        ("it", "LA LAMPADA CHE HO ORDINATO È ARRIVATA ROTTA!!", "la lampada"),
        ("it", "la sedia blu che mi avete mandato e' arrivata danneggiata", "la sedia blu"),
        ("en", "The lamp I bought last week broke.", "the lamp"),
        ("en", "my coffee machine stopped working", "the coffee machine"),
        ("en", "I ordered a mirror from you and it arrived cracked", "the mirror"),
        ("en", "the vase arrived broken", "the vase"),
        ("es", "la lámpara que compré se ha roto", "la lámpara"),
        ("es", "El espejo llegó roto, qué pena", "el espejo"),
        ("fr", "La lampe que j'ai achetée est cassée", "la lampe"),
        ("fr", "ma bouilloire ne marche plus", "la bouilloire"),
        ("fr", "Mon aspirateur ne fonctionne plus", "l'aspirateur"),
        ("de", "Die Lampe, die ich bei Ihnen gekauft habe, ist kaputt", "die Lampe"),
        ("de", "Ich habe einen Stuhl bei Ihnen gekauft, er ist kaputt", "der Stuhl"),
        ("de", "meine Kaffeemaschine funktioniert nicht mehr", "die Kaffeemaschine"),
    ],
)
def test_what_is_plainly_named_is_found_with_its_article(language: str, text: str, thing: str) -> None:
    assert thing_named([text], language) == thing


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "il pacco è arrivato rotto"),
        ("it", "la cosa che ho comprato si è rotta"),
        ("it", "se la accendo non funziona"),
        ("it", "l'ho comprata da voi e non funziona"),
        ("it", "non so se la sedia è arrivata rotta"),
        ("it", "la lampada non è arrivata rotta"),
        ("it", "la lavatrice presa da voi funziona una meraviglia, il televisore no"),
        ("it", "la mamma si è rotta un braccio"),
        ("it", "il mio braccio è rotto"),
        ("it", "mia madre si è rotta un braccio"),
        ("it", "la lampada che ho preso si è rotta e il vaso che ho preso si è rotto"),
        ("it", "la scatola con la lampada è arrivata rotta"),
        ("en", "my order arrived broken"),
        ("en", "the driver broke my vase"),
        ("en", "the lamp never arrived broken"),
        ("en", "the lamp I bought is lovely but the website doesn't work"),
        ("en", "my heart is broken"),
        ("es", "el paquete llegó roto"),
        ("fr", "le colis est arrivé cassé"),
        ("de", "das Paket ist kaputt angekommen"),
        ("de", "Wenn die Lampe kaputt ist, schicke ich sie zurück"),
        ("pt", "a lâmpada que comprei está partida"),
    ],
)
def test_what_is_not_plain_is_not_named(language: str, text: str) -> None:
    assert thing_named([text], language) is None


def test_a_thing_named_twice_is_one() -> None:
    assert thing_named(["la lampada che ho preso si è rotta", "la mia lampada è rotta"], "it") == "la lampada"

"""What is written after our answer: a question where it stands, thanks, or something to be read."""

import pytest

from responses.customers.progress import asks_where_it_stands, only_thanks

ASKING = (
    "novità?",
    "Allora???? sto ancora aspettando!!!",
    "quando mi arriva il pacco?",
    "ok. e adesso quando arrivano i soldi??",
    "non mi avete risposto",
    "e quindi?",
    "any news?",
    "when will i get it",
    "still waiting",
    "hello??",
    "Wann kommt das Paket endlich?",
    "ich warte noch",
    "immer noch nichts",
    "alors, des nouvelles ?",
    "j’attends encore",
    "¿y bien? ¿cuándo llega?",
    "sigo esperando",
    "ainda nada",
)
THANKS = (
    "ok grazie",
    "Grazie mille, Sara!",
    "va bene, aspetto allora, buona giornata",
    "perfetto, a presto",
    "👍",
    "ok thx",
    "thanks for the answer",
    "Danke für die Antwort",
    "danke schön, bis bald",
    "merci pour votre réponse, à bientôt",
    "d'accord, j'attends",
    "gracias por todo",
    "vale, perfecto",
    "Buonasera, la ringrazio per la risposta",
    "Grazie della disponibilità, aspetto notizie",
    "Siete stati gentilissimi, ottimo servizio",
    "Tutto risolto, grazie di cuore",
    "Thank you so much for your quick reply, have a nice day",
    "Muchas gracias, muy amables",
    "Merci beaucoup, bonne journée",
    "Vielen Dank, schönen Tag noch",
    "grazie 🙏😊",
)
ARRIVED = (
    "Arrivato, grazie!",
    "Grazie mille, è arrivato! Siete stati gentilissimi",
    "Ricevuto il rimborso, grazie",
    "It arrived today, thank you",
    "Danke, das Paket ist da",
)
TO_READ = (
    "voglio parlare con una persona vera",
    "ah no è arrivato rotto",
    "grazie, è arrivato rotto",
    "grazie per il pacco rotto",
    "grazie per niente",
    "il buono non lo voglio",
    "domani sono fuori casa",
    "sono Marta Bianchi",
    "ok, 333 1234567",
    "No!",
    "vergogna",
    "Ein Witz",
    "appelez-moi",
    "llámenme",
    "never mind",
    "quanto costa la spedizione?",
    "a che ora aprite?",
    "when are you open on saturday?",
    "Grazie, non serve più",
    "Thanks, no longer needed",
    "Grazie, ho risolto da sola",
    "Grazie, l'IBAN è quello di prima",
    "Grazie mille, lo lasci pure dalla vicina",
    "Grazie, consegnate dopo le sei",
    "Vi ringrazio, comunque è arrivato rotto",
    "Grazie, vorrei il rimborso",
    "Thanks for nothing",
    "merci pour rien",
    "Danke für nichts",
    "Grazie per il ritardo",
    "Complimenti, bel servizio",
    "lasciate perdere",
    "ok wait",
    "😡",
    "ok :(",
)


@pytest.mark.parametrize("text", ASKING)
def test_who_asks_where_it_stands_is_known_by_the_words(text: str) -> None:
    assert asks_where_it_stands(text)
    assert not only_thanks(text)


@pytest.mark.parametrize("text", THANKS)
def test_nobody_has_to_read_what_only_thanks(text: str) -> None:
    assert only_thanks(text)
    assert not asks_where_it_stands(text)


@pytest.mark.parametrize("text", ARRIVED)
def test_that_it_has_come_is_news_while_it_was_promised(text: str) -> None:
    assert only_thanks(text)
    assert not only_thanks(text, awaits=True)


def test_who_only_waits_for_news_asks_for_them() -> None:
    assert asks_where_it_stands("aspetto notizie")
    assert not only_thanks("aspetto notizie")
    assert not only_thanks("grazie, aspetto notizie da una settimana")


@pytest.mark.parametrize("text", TO_READ)
def test_whatever_says_more_is_neither(text: str) -> None:
    assert not only_thanks(text)
    assert not asks_where_it_stands(text)

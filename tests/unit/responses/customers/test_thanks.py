"""What is written after our answer: thanks that nobody has to read, or something to be read."""

import pytest

from responses.customers.thanks import only_thanks

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
    "Vi chiedo quando mi rimborsate",
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
    "Thank you so much for your quick reply, have a nice day",
    "Muchas gracias, muy amables",
    "Merci beaucoup, bonne journée",
    "Vielen Dank, schönen Tag noch",
    "grazie 🙏😊",
)
ARRIVED = (
    "Tutto risolto, grazie di cuore",
    "Ricevuto, grazie",
    "Arrivato, grazie!",
    "Grazie mille, è arrivato! Siete stati gentilissimi",
    "Ricevuto il rimborso, grazie",
    "It arrived today, thank you",
    "Danke, das Paket ist da",
)
TO_READ = (
    "Aspetto il rimborso",
    "E i soldi",
    "and the money",
    "espero el reembolso",
    "j'attends le colis",
    "please help me",
    "help me please, thanks",
    "Assistenza",
    "di nuovo",
    "Ci siete",
    "!!!",
    "Grazie, aspetto il rimborso",
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

ASKED_IN: dict[str, tuple[str, ...]] = {
    "it": (
        "E il pacco?",
        "E i soldi?",
        "ok grazie, e il rimborso?",
        "Ma il mio rimborso?",
        "Avete novità sul mio rimborso?",
        "Ci sono novità?",
        "Quando passa il corriere?",
        "quando mi rimborsate",
        "A che punto è la riparazione?",
        "Quanto tempo devo aspettare ancora?",
        "Aspetto da tre settimane",
        "Ancora nessuna risposta",
        "Mi tenete aggiornata?",
        "Dov'è finito il mio pacco?",
    ),
    "en": (
        "And my parcel?",
        "Thanks. And my money?",
        "Hi, and the replacement?",
        "keep me posted?",
        "Any news on my refund?",
        "Good morning, any updates?",
        "When will my money arrive?",
        "when's it coming?",
        "How long do I still have to wait?",
        "I still haven't received anything",
        "I haven't heard back",
        "Nobody called me",
        "Has it been sent yet?",
        "What happened to my parcel?",
    ),
    "es": (
        "¿Y el paquete?",
        "Vale, gracias. ¿Y el reembolso?",
        "¿Y lo mío?",
        "¿Tienen noticias de mi reembolso?",
        "Buenos días, ¿alguna noticia?",
        "¿Cómo va mi pedido?",
        "¿Cuándo me devuelven el dinero?",
        "cuándo me llega el vale",
        "¿Cuánto tiempo tengo que esperar?",
        "Sigo sin noticias",
        "Todavía no me ha llegado",
        "Nadie me ha llamado",
        "¿Me mantienen al tanto?",
        "¿Han enviado ya el paquete?",
    ),
    "fr": (
        "Et mon colis ?",
        "D'accord, merci. Et mon argent ?",
        "Avez-vous des nouvelles de mon colis ?",
        "Bonjour, y a-t-il du nouveau ?",
        "Où en est mon remboursement ?",
        "On en est où ?",
        "Quand vais-je être remboursé ?",
        "ça arrive quand ?",
        "Combien de temps faut-il encore attendre ?",
        "J'attends depuis trois semaines",
        "Toujours pas reçu",
        "Personne ne m'a rappelé",
        "Vous me tenez au courant ?",
        "Le colis est-il parti ?",
    ),
    "de": (
        "Und mein Geld?",
        "Danke. Und die Erstattung?",
        "Was ist mit meinem Paket?",
        "Gibt es Neuigkeiten?",
        "Guten Morgen, gibt's was Neues?",
        "Wie steht es mit meiner Erstattung?",
        "Wo bleibt mein Paket?",
        "Wann bekomme ich mein Geld?",
        "Wann überweisen Sie das Geld?",
        "Wie lange muss ich warten?",
        "Ich warte immer noch auf meine Erstattung",
        "Bisher keine Antwort",
        "Niemand hat mich angerufen",
        "Halten Sie mich auf dem Laufenden?",
    ),
    "pt": (
        "E a minha encomenda?",
        "Há novidades?",
        "Quando recebo o dinheiro?",
        "Continuo à espera",
    ),
}
# Has the same words, and asks for nothing of ours.


@pytest.mark.parametrize("text", [*ASKING, *(text for texts in ASKED_IN.values() for text in texts)])
def test_who_asks_where_it_stands_does_not_only_thank(text: str) -> None:
    assert not only_thanks(text)


@pytest.mark.parametrize("text", THANKS)
def test_nobody_has_to_read_what_only_thanks(text: str) -> None:
    assert only_thanks(text)


@pytest.mark.parametrize("text", ARRIVED)
def test_that_it_has_come_is_news_while_it_was_promised(text: str) -> None:
    assert only_thanks(text)
    assert not only_thanks(text, awaits=True)


def test_who_waits_for_news_without_thanks_wants_them() -> None:
    assert not only_thanks("aspetto notizie")
    assert not only_thanks("grazie, aspetto notizie da una settimana")


def test_a_name_of_who_is_thanked_adds_nothing_and_shouting_does() -> None:
    assert only_thanks("Grazie Giulia")
    assert not only_thanks("Grazie LADRI")


@pytest.mark.parametrize("text", TO_READ)
def test_whatever_says_more_is_read(text: str) -> None:
    assert not only_thanks(text)

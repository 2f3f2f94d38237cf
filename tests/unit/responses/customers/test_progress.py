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
SOUNDS_LIKE_IT_IN: dict[str, tuple[str, ...]] = {
    "it": (
        "Grazie per il rimborso e per il buono",
        "Non voglio il buono, ma i soldi!",
        "E il pacco lo prende mia sorella",
        "E la taglia M l'avete?",
        "Quando siete aperti?",
        "Quando arriva il pacco vi avviso",
        "Quando arriva il corriere posso pagare con la carta?",
        "Non ho ricevuto la fattura del 2023",
        "Avete novità per l'inverno?",
        "Mi fate sapere se il blu è disponibile?",
        "Quanto tempo ho per fare il reso?",
        "Aspetto ancora qualche giorno e poi decido",
        "Per ora niente, grazie",
        "Stavolta non ho sentito nulla, bravi",
    ),
    "en": (
        "Thanks for the refund and the voucher",
        "I don't want the voucher, I want the money!",
        "And the parcel is for my mother",
        "And the size M, do you have it?",
        "I'll keep you posted",
        "Any updates to your opening hours?",
        "Do you have any news about the Christmas sale?",
        "How long do I have to return it?",
        "When will you have it in blue?",
        "When can I visit the shop?",
        "I still haven't decided",
        "Not yet, I'll send it tomorrow",
        "I haven't heard of that brand",
        "I'm waiting for payday before I order again",
    ),
    "es": (
        "Gracias por el reembolso y por el vale",
        "No quiero el vale, ¡quiero el dinero!",
        "Y el paquete lo recoge mi hermana",
        "¿Y la talla M la tienen?",
        "Les mantengo al tanto",
        "¿Cuándo abren?",
        "Cuando llegue el paquete les aviso",
        "Cuando llega el mensajero siempre estoy en casa",
        "¿Tienen novedades de otoño?",
        "¿Me avisan si el azul está disponible?",
        "¿Cuánto tiempo tengo para devolverlo?",
        "Todavía no sé qué talla quiero",
        "¿Qué pasa con las prendas que encogen?",
        "No recibí la factura de 2023",
    ),
    "fr": (
        "Merci pour le remboursement et le bon",
        "Je ne veux pas le bon, je veux l'argent !",
        "Et le colis, c'est ma sœur qui le prend",
        "Et la taille M, vous l'avez ?",
        "Je vous tiens au courant",
        "Quand êtes-vous ouverts ?",
        "Quand le colis arrive, je vous préviens",
        "Avez-vous de nouvelles couleurs ?",
        "Il y a du nouveau dans la boutique ?",
        "Combien de temps ai-je pour le retour ?",
        "Je ne sais toujours pas quelle taille prendre",
        "Je n'ai encore rien décidé",
        "Une personne me demande si vous livrez en Suisse",
        "J'attends encore un peu avant de décider",
    ),
    "de": (
        "Danke für die Erstattung und den Gutschein",
        "Ich will nicht den Gutschein, ich will das Geld!",
        "Und das Paket nimmt meine Schwester an",
        "Und die Größe M, haben Sie die?",
        "Ich halte Sie auf dem Laufenden",
        "Wann haben Sie geöffnet?",
        "Wann kommt die neue Kollektion?",
        "Gibt es Neuigkeiten im Sortiment?",
        "Ich suche etwas Neues für den Herbst",
        "Wie lange habe ich Zeit für die Rückgabe?",
        "Bisher keine Probleme, danke",
        "Ich habe noch nichts gekauft",
        "Ich warte noch bis Freitag und entscheide dann",
        "Niemand hat gesagt, dass es reduziert war",
    ),
    "pt": (
        "Obrigada pelo reembolso e pelo vale",
        "Há novidades na loja?",
        "Quando chegar aviso",
        "Ainda não decidi a cor",
    ),
}


def _by_language(texts: dict[str, tuple[str, ...]]) -> list[object]:
    return [pytest.param(text, id=f"{language}: {text}") for language, each in texts.items() for text in each]


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


@pytest.mark.parametrize("text", _by_language(ASKED_IN))
def test_where_a_matter_stands_is_asked_in_many_ways(text: str) -> None:
    assert asks_where_it_stands(text)
    assert not only_thanks(text)


@pytest.mark.parametrize("text", _by_language(SOUNDS_LIKE_IT_IN))
def test_what_only_sounds_like_it_asks_nothing(text: str) -> None:
    assert not asks_where_it_stands(text)


def test_a_short_question_counts_only_from_the_beginning_of_a_sentence_to_its_end() -> None:
    assert asks_where_it_stands("Ho capito.\nE i soldi?")
    assert not asks_where_it_stands("Volete che vi rimandi lo scontrino e i soldi?")
    assert not asks_where_it_stands("E i soldi li metto sul banco?")

"""What customers say that they do not have, in six languages, and what only sounds like it."""

import pytest

from models.decision import PROOF_FACT, MissingFact
from responses.asking.lacking import lacking, lacking_by_name

NUMBER = MissingFact(
    name="order_id",
    type="text",
    ask={
        "it": "il numero d'ordine: è nella mail di conferma e comincia con RS",
        "en": "the order number: it is in the confirmation e-mail and starts with RS",
        "es": "el número de pedido: está en el correo de confirmación y empieza por RS",
        "fr": "le numéro de commande : il figure dans le mail de confirmation et commence par RS",
        "de": "die Bestellnummer: sie steht in der Bestätigungsmail und beginnt mit RS",
    },
    from_agent=False,
)
PHOTO = MissingFact(
    name="photo_shows_damage",
    type="yes_no",
    ask={
        "it": "una foto del danno",
        "en": "a photo of the damage",
        "es": "una foto del daño",
        "fr": "une photo du dommage",
        "de": "ein Foto des Schadens",
    },
    from_agent=True,
)
RECEIPT = MissingFact(
    name="belongings_value",
    type="money",
    ask={"it": "una foto del danno e, se c'è ancora, lo scontrino", "en": "a photo and the receipt"},
    from_agent=True,
)
PLATE = MissingFact(name="plate", type="text", ask={"it": "la targa", "en": "the plate"}, from_agent=False)
SERIAL = MissingFact(
    name="serial",
    type="text",
    ask={"it": "il numero di serie: è sul fondo", "en": "the serial number: it is below"},
    from_agent=False,
)
ARRIVED = MissingFact(
    name="arrived",
    type="yes_no",
    ask={"it": "se il pacco è arrivato", "en": "whether the parcel has arrived", "de": "ob das Paket da ist"},
    from_agent=True,
)
DAY = MissingFact(
    name="withdrawn_on",
    type="date",
    ask={"it": "il giorno in cui ci ha scritto", "en": "the day you told us"},
    from_agent=True,
)
PROOF = MissingFact(
    name=PROOF_FACT, type="text", ask={"it": "la mail o il CAP", "en": "the e-mail address"}, from_agent=False
)


@pytest.mark.parametrize(
    "text",
    [
        "Mi spiace ma non ho il numero d'ordine",
        "non ho la mail",
        "Ho cancellato la mail di conferma, mi dispiace.",
        "non riesco a trovarlo",
        "Non riesco più a trovare il numero!",
        "Purtroppo non ho più la mail",
        "non ho nessun numero d’ordine",
        "non ho né il numero né la mail",
        "Non trovo la mail da nessuna parte",
        "ho perso lo scontrino",
        "Non ho mai ricevuto nessuna conferma",
        "non ricordo il codice",
        "Non ho conservato la ricevuta",
        "Il numero non lo trovo più",
        "I don't have the order number",
        "I lost the email",
        "Sorry, I do not have any confirmation email anymore",
        "I can't find the order number anywhere.",
        "I've deleted the e-mail by now, I no longer have the number",
        "I never got a confirmation",
        "I threw away the receipt, sorry",
        "I have no order number",
        "i didn't keep the receipt",
        "I haven't got the number of the order",
        "no tengo el número",
        "Lo siento, no encuentro el correo de confirmación",
        "He borrado el correo",
        "perdí el recibo",
        "Ya no tengo el número de pedido, lo siento",
        "No consigo encontrarlo",
        "je n'ai pas le numéro",
        "Désolée, je n’ai plus le mail de confirmation",
        "J'ai supprimé le mail",
        "je ne trouve pas le numéro de commande",
        "J'ai perdu le ticket de caisse",
        "Je n'arrive pas à le retrouver",
        "Je n'ai aucun numéro",
        "Ich habe die Nummer nicht",
        "Ich habe keine Bestellnummer",
        "Ich finde die E-Mail leider nicht mehr",
        "Die Mail habe ich gelöscht",
        "ich habe die Rechnung weggeworfen",
        "Leider habe ich keine Bestätigungsmail bekommen",
        "Ich kann die Bestellnummer nicht finden",
        "Weiß ich leider nicht mehr",
        "Não tenho o número da encomenda",
        "infelizmente apaguei o e-mail",
        "Não encontro o e-mail, desculpe",
        "já não tenho o recibo",
        "Perdi o talão",
        "Não consigo encontrar o número",
        "não me lembro do número",
        "Non mi è arrivata nessuna mail",
        "No me acuerdo del número",
        "Die Nummer finde ich nicht",
        "Ich habe nie eine Mail bekommen",
        "Je n'ai jamais reçu de mail de confirmation",
        "Nunca recebi o e-mail",
        "nn ho il numero",
        "nn trovo piu la mail",
        "Niente numero, purtroppo",
        "la mail non mi è mai arrivata",
        "no number sorry",
        "i threw the receipt away",
        "couldnt find the number",
        "no me llego el correo",
        "die mail ist weg",
        "keine Nummer",
    ],
)
def test_who_lacks_the_number_or_where_it_stands_cannot_say_it(text: str) -> None:
    assert lacking([NUMBER], [text]) == {"order_id"}


@pytest.mark.parametrize(
    "text",
    [
        "nn ce l'ho",
        "non c'è l'ho",
        "mi dispiace ma nn lo so",
        "non lo ho",
        "non me lo ricordo",
        "don't have it",
        "dont have it sorry, lost the email :(",
        "cant find it",
        "i havent got it",
        "lost it",
        "no se",
        "jai pas",
        "je lai plus",
        "je trouve pas",
        "j'en ai pas",
        "find ich nicht",
        "weiss nicht",
    ],
)
def test_what_was_asked_is_lacking_however_hastily_it_is_said(text: str) -> None:
    assert lacking([NUMBER], [text]) == {"order_id"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Il pacco non arriva e non ho il numero d'ordine", {"order_id"}),
        ("My parcel is late, I dont have the order number", {"order_id"}),
        ("Il pacco non arriva, non so che fare, non ce l'ho", set()),
        ("My parcel is late, don't know", set()),
        ("Il pacco non arriva, il numero ve lo mando dopo", set()),
    ],
)
def test_unasked_only_what_is_named_is_lacking(text: str, names: set[str]) -> None:
    assert lacking_by_name([NUMBER], [text]) == names


@pytest.mark.parametrize(
    "text",
    [
        "you don't have it",
        "niente numero di tracking",
        "no photo shows it",
        "no number on the parcel",
        "nessuna mail di rimborso",
        "no se puede",
        "dont know why it is late",
        "non ho ancora ricevuto il pacco",
        "non ho il tempo di cercarlo ora",
        "non ho problemi a mandarvi il numero: RS123",
        "non ho il pacco",
        "Non ho l'ordine, dov'è?",
        "ho cancellato l'ordine",
        "ho perso la pazienza",
        "Non ho ancora la mail",
        "al momento non ho il numero",
        "non ho il numero qui, sono al lavoro",
        "Non ho la mail sottomano",
        "non ho il numero di tracking",
        "non ho il numero di telefono del corriere",
        "Non ho foto",
        "e se non ho il numero?",
        "Se non ho il numero posso fare il reso lo stesso",
        "Non trovo la mail, ora la cerco meglio",
        "non ho ricevuto la mail di rimborso",
        "non ho capito il numero che intende",
        "non ho il numero giusto della taglia",
        "non ho voglia",
        "I don't have time for this",
        "I don't have a problem with sending the number: RS123",
        "I don't have the parcel",
        "I lost the parcel's wrapping",
        "I don't have the number with me right now",
        "I haven't got the number yet",
        "I don't have the tracking number",
        "Do I need it? What if I don't have the number?",
        "I can't find the email, I'll check again tonight",
        "I lost a number of hours on this",
        "I deleted the app",
        "No tengo el paquete",
        "todavía no tengo el número",
        "no tengo tiempo",
        "No tengo el número de teléfono del repartidor",
        "No encuentro el correo, lo busco mañana",
        "je n'ai pas le colis",
        "je n'ai pas encore le numéro",
        "Je n'ai pas le numéro sous la main",
        "je n'ai pas le numéro de suivi",
        "Je n'ai pas le temps",
        "Ich habe das Paket nicht",
        "ich habe die Nummer gerade nicht",
        "Ich habe noch keine Nummer",
        "Ich habe keine Zeit",
        "Ich habe keine Sendungsnummer",
        "Ich habe die Nummer nicht hier, schicke ich später",
        "não tenho a encomenda",
        "ainda não tenho o número",
        "Não tenho o número aqui, vou procurar",
        "não tenho o número de telefone do estafeta",
        "Ecco il numero: RS123",
        "non ho perso la mail: RS123",
        "non l'ho cancellata: RS123",
        "no he perdido el correo",
        "não perdi o e-mail",
        "Non ho ricevuto la fattura",
        "I never got the invoice",
        "Je n'ai pas reçu la facture",
        "Ich habe die Mail bekommen",
        "",
    ],
)
def test_what_is_another_thing_or_only_for_now_is_no_lack(text: str) -> None:
    assert lacking([NUMBER], [text]) == frozenset()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("non ho foto", {"photo_shows_damage"}),
        ("Non ho fatto nessuna foto del danno", {"photo_shows_damage"}),
        ("I didn't take a photo", {"photo_shows_damage"}),
        ("No hice fotos", {"photo_shows_damage"}),
        ("je n'ai pas pris de photo", {"photo_shows_damage"}),
        ("Ich habe kein Foto gemacht", {"photo_shows_damage"}),
        ("não tirei fotos", {"photo_shows_damage"}),
        ("La foto non ce l'ho", {"photo_shows_damage"}),
        ("Non ho il numero d'ordine", {"order_id"}),
        ("non ho né il numero né una foto", {"order_id", "photo_shows_damage"}),
        ("non ho il numero e non ho foto", {"order_id", "photo_shows_damage"}),
        ("Non ce l'ho", {"order_id", "photo_shows_damage"}),
        ("non riesco a caricare la foto", set()),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(sorted(value)),
)
def test_of_two_things_asked_only_the_one_that_is_named_is_lacking(text: str, names: set[str]) -> None:
    assert lacking([NUMBER, PHOTO], [text]) == names


@pytest.mark.parametrize(
    ("asked", "text", "names"),
    [
        ([PLATE], "non ho la targa", {"plate"}),
        ([PLATE], "I don't remember the plate", {"plate"}),
        ([NUMBER, SERIAL], "non trovo il numero di serie", {"serial"}),
        ([NUMBER, SERIAL], "I don't have the serial number", {"serial"}),
        ([NUMBER, SERIAL], "non ho il numero", set()),
        ([NUMBER, RECEIPT], "non ho lo scontrino", set()),
        ([RECEIPT], "non ho foto", set()),
        ([RECEIPT], "non ho né foto né scontrino", {"belongings_value"}),
        ([DAY], "non ricordo la data", {"withdrawn_on"}),
        ([DAY], "I don't remember the day", {"withdrawn_on"}),
        ([ARRIVED], "Non ho il pacco", set()),
        ([ARRIVED], "Ich habe das Paket nicht", set()),
        ([PROOF], "non ho la mail", set()),
        ([PROOF], "Non me lo ricordo, non lo so", {PROOF_FACT}),
    ],
    ids=lambda value: ",".join(one.name for one in value) if isinstance(value, list) else str(value),
)
def test_a_thing_goes_by_the_name_that_the_policy_gives_it(
    asked: list[MissingFact], text: str, names: set[str]
) -> None:
    assert lacking(asked, [text]) == names

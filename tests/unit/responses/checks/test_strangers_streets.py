"""A street with a house number that nobody knows is somebody else's."""

import pytest

from responses.checks import Severity, check_text
from responses.checks.strangers import check_strangers
from tests.unit.responses.checks.checked import about


def streets(text: str, language: str, **known: object) -> list[str]:
    return [one.words for one in check_strangers(text, about(language=language, **known))]


@pytest.mark.parametrize(
    ("language", "text", "street"),
    [
        ("it", "Il pacco è in via Garibaldi 12.", "via Garibaldi 12"),
        ("it", "Lo spediamo in Via Giuseppe Garibaldi, 12/b a Modena.", "Via Giuseppe Garibaldi, 12/b"),
        ("it", "Ha scritto viale dei Mille n. 5, giusto?", "viale dei Mille n. 5"),
        ("it", "Il negozio è in corso Buenos Aires 33.", "corso Buenos Aires 33"),
        ("it", "Era via XX Settembre 3 o p.zza Duomo?", "via XX Settembre 3"),
        ("en", "We sent it to 12 Baker Street.", "12 Baker Street"),
        ("en", "It went to 5 Acacia Drive.", "5 Acacia Drive"),
        ("es", "El paquete está en la Calle Mayor, 3.", "Calle Mayor, 3"),
        ("es", "Lo enviamos a c/ Serrano 5.", "c/ Serrano 5"),
        ("fr", "Le colis est au 5, rue de la Paix.", "5, rue de la Paix"),
        ("fr", "Nous l'envoyons 12 bis boulevard Voltaire.", "12 bis boulevard Voltaire"),
        ("fr", "C'était 5 rue de l'église.", "5 rue de l'église"),
        ("de", "Das Paket liegt in der Hauptstraße 12a.", "Hauptstraße 12a"),
        ("de", "Wir schicken es in die Kölner Straße 3.", "Kölner Straße 3"),
        ("de", "Unser Laden ist im Rosenweg 17.", "Rosenweg 17"),
        ("it", "Il pacco è in Hauptstraße 12.", "Hauptstraße 12"),
    ],
)
def test_a_street_with_its_number_is_found(language: str, text: str, street: str) -> None:
    assert streets(text, language) == [street]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Il numero 12 è esaurito."),
        ("it", "Le scrivo via e-mail 3 volte l'anno."),
        ("it", "Via libera: i 2 pacchi partono."),
        ("it", "Me le mandi via WhatsApp 2 alla volta."),
        ("it", "Il pacco viaggia via GLS 24 ore su 24."),
        ("it", "Il corso Inglese 2 comincia lunedì."),
        ("it", "Siamo in piazza Duomo dal 3 al 5."),
        ("en", "We go along route 66."),
        ("en", "Size 12 Road Bike is sold out, and so are the 2 Nike Court shoes."),
        ("en", "It comes via Rome 2 times a week."),
        ("es", "Están en camino 3 paquetes."),
        ("fr", "Le colis est en route 66."),
        ("fr", "Nous offrons 2 places Premium et 3 cours de yoga."),
        ("de", "Ihr Sitzplatz 12 ist frei, der Stellplatz 3 auch."),
        ("de", "Wir sind am Markt 5 Tage die Woche da."),
        ("de", "Es kommt über den Postweg 2 Tage später."),
    ],
)
def test_what_only_sounds_like_a_street_is_none(language: str, text: str) -> None:
    assert streets(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "known"),
    [
        ("it", "Lo rispediamo in via Giuseppe Garibaldi, 12.", {"said": ("abito in VIA GARIBALDI n.12",)}),
        ("en", "We sent it to 12 Baker Street.", {"said": ("it is 12 baker st, london",)}),
        ("fr", "Le colis est au 5, rue de la Paix.", {"said": ("j'habite 5 rue de la paix",)}),
        ("de", "Es liegt in der Hauptstraße 12 a.", {"said": ("Hauptstr. 12A",)}),
        ("de", "Es liegt in der Kölner Straße 3.", {"sent": ("Kölner Str. 3",)}),
        ("it", "Siamo in corso Buenos Aires, 33.", {"own": ("corso Buenos Aires 33, Milano",)}),
        ("es", "La tienda está en la Calle Mayor, 3.", {"published": ("Calle Mayor nº 3, de 9 a 14",)}),
    ],
)
def test_what_the_case_or_the_business_has_named_is_known(
    language: str, text: str, known: dict[str, object]
) -> None:
    assert streets(text, language, **known) == []


@pytest.mark.parametrize(
    "said", ["via Garibaldi 21", "via Garibaldi", "il 12 maggio a Garibaldi", "via Mazzini 12"]
)
def test_another_number_or_street_is_not_the_one(said: str) -> None:
    assert streets("Lo rispediamo in via Garibaldi 12.", "it", said=(said,)) == ["via Garibaldi 12"]


def test_it_stops_the_sending() -> None:
    (finding,) = check_text("Buongiorno Marta, il pacco era in via Garibaldi 12.", about())
    assert (finding.code, finding.severity) == ("stranger_data", Severity.ERROR)

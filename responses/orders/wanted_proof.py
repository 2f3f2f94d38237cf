"""What a customer is asked for, to show that an order is theirs: what the book has of it, and no more."""

import re
from collections.abc import Collection, Mapping

_CURRENCY = r"€|£|\$|euros?|eur|gbp|usd|chf|sterline|dollar[is]?|dólares|pounds?|pfund|fran(?:chi|cs|ken)"
MAY_BE_A_POSTCODE = re.compile(
    # Neither a year, nor a part of a day or of a sum: "12/11/2026", "1.200,50", "1200 euro".
    r"(?<![\w€£$-])(?<!\d[/.,])(?<![€£$] )(?!(?:19|20)\d\d(?!\d))"
    rf"\d{{4,6}}(?![\w-]|[/.,]\d|\s?(?:{_CURRENCY})(?!\w))",
    re.IGNORECASE,
)

_EMAIL_OR_POSTCODE: Mapping[str, str] = {
    "it": "l'indirizzo e-mail oppure il CAP indicati nell'ordine",
    "en": "either the e-mail address or the postcode given with the order",
    "es": "el correo electrónico o bien el código postal que figura en el pedido",
    "fr": "l'adresse e-mail ou bien le code postal indiqués pour la commande",
    "de": "entweder die E-Mail-Adresse oder die Postleitzahl aus der Bestellung",
}
_EMAIL: Mapping[str, str] = {
    "it": "l'indirizzo e-mail indicato nell'ordine",
    "en": "the e-mail address given with the order",
    "es": "el correo electrónico que figura en el pedido",
    "fr": "l'adresse e-mail indiquée pour la commande",
    "de": "die E-Mail-Adresse aus der Bestellung",
}
_POSTCODE: Mapping[str, str] = {
    "it": "il CAP dell'indirizzo indicato nell'ordine",
    "en": "the postcode of the address given with the order",
    "es": "el código postal de la dirección que figura en el pedido",
    "fr": "le code postal de l'adresse indiquée pour la commande",
    "de": "die Postleitzahl der Adresse aus der Bestellung",
}
_PHONE: Mapping[str, str] = {
    "it": "il numero di telefono indicato nell'ordine",
    "en": "the phone number given with the order",
    "es": "el teléfono que figura en el pedido",
    "fr": "le numéro de téléphone indiqué pour la commande",
    "de": "die Telefonnummer aus der Bestellung",
}


_NUMBER_OR_POSTCODE: Mapping[str, str] = {
    "it": "il numero d'ordine oppure il CAP indicato nell'ordine",
    "en": "the order number or the postcode given with the order",
    "es": "el número de pedido o el código postal que figura en el pedido",
    "fr": "le numéro de commande ou le code postal indiqué pour la commande",
    "de": "die Bestellnummer oder die Postleitzahl aus der Bestellung",
}
_NUMBER: Mapping[str, str] = {
    "it": "il numero d'ordine",
    "en": "the order number",
    "es": "el número de pedido",
    "fr": "le numéro de commande",
    "de": "die Bestellnummer",
}


def what_to_ask(proofs: Collection[str]) -> Mapping[str, str] | None:
    """What to ask for, per language code, where these would prove it; None where nothing would.

    `proofs` are of `number`, `email`, `phone`, `postcode`.
    """
    if "number" in proofs:
        return _NUMBER_OR_POSTCODE if "postcode" in proofs else _NUMBER
    if "email" in proofs and "postcode" in proofs:
        return _EMAIL_OR_POSTCODE
    if "email" in proofs:
        return _EMAIL
    if "postcode" in proofs:
        return _POSTCODE
    return _PHONE if "phone" in proofs else None

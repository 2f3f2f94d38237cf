"""What a customer is asked for, to show that an order is theirs: what the book has of it, and no more."""

from collections.abc import Mapping

from models.tables import Order

_EMAIL_OR_POSTCODE: Mapping[str, str] = {
    "it": "l'indirizzo e-mail oppure il CAP indicati nell'ordine",
    "en": "the e-mail address or the postcode given with the order",
    "es": "el correo electrónico o el código postal que figura en el pedido",
    "fr": "l'adresse e-mail ou le code postal indiqués pour la commande",
    "de": "die E-Mail-Adresse oder die Postleitzahl aus der Bestellung",
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


def what_to_ask(order: Order) -> Mapping[str, str] | None:
    """What to ask for, per language code; None where the book has nothing that could prove anything."""
    if order.email is not None and order.postcode is not None:
        return _EMAIL_OR_POSTCODE
    if order.email is not None:
        return _EMAIL
    if order.postcode is not None:
        return _POSTCODE
    return _PHONE if order.phone is not None else None

"""The menus of commands that Telegram shows to customers and to agents, in each language."""

from collections.abc import Mapping

Commands = tuple[tuple[str, str], ...]

_ITALIAN: Commands = (
    ("stato", "A che punto è la mia richiesta"),
    ("persona", "Parlare con una persona"),
    ("privacy", "Che cosa si tiene dei miei dati"),
    ("dimenticami", "Cancellare i miei dati"),
)

MENUS: Mapping[str | None, Commands] = {
    # For everybody whose Telegram speaks none of the others: the house language.
    None: _ITALIAN,
    "it": _ITALIAN,
    "en": (
        ("status", "Where my request stands"),
        ("human", "Talk to a person"),
        ("privacy", "What is kept about me"),
        ("forgetme", "Delete my data"),
    ),
    "es": (
        ("estado", "Cómo va mi solicitud"),
        ("persona", "Hablar con una persona"),
        ("privacidad", "Qué se guarda de mis datos"),
        ("olvidame", "Borrar mis datos"),
    ),
    "fr": (
        ("statut", "Où en est ma demande"),
        ("personne", "Parler à une personne"),
        ("confidentialite", "Ce qui est conservé de mes données"),
        ("oubliemoi", "Effacer mes données"),
    ),
    "de": (
        ("status", "Wie es um meine Anfrage steht"),
        ("mensch", "Mit einem Menschen sprechen"),
        ("datenschutz", "Was über mich gespeichert ist"),
        ("vergissmich", "Meine Daten löschen"),
    ),
}
"""Language to commands; None is for people of any other language. Nothing in them addresses anybody: how a
customer likes to be addressed is not known here."""

GROUP_MENUS: Mapping[str, Commands] = {
    "it": (
        ("oggi", "Chi aspetta, da quanto, e gli invii da verificare"),
        ("promesse", "Che cosa abbiamo promesso, ed entro quando"),
        ("schede", "Schede anche in privato: on oppure off"),
        ("aiuto", "I comandi"),
    ),
    "en": (
        ("today", "Who waits, for how long, and sendings to check"),
        ("promises", "What we have promised, and by when"),
        ("cards", "Cards in private too: on or off"),
        ("help", "The commands"),
    ),
}
"""What agents may type in their group, by language."""

AGENT_MENUS: Mapping[str, Commands] = {
    "it": (
        *GROUP_MENUS["it"],
        ("prova", "Scrivere come un cliente di prova"),
        ("fine", "Finire la prova"),
    ),
    "en": (
        *GROUP_MENUS["en"],
        ("test", "Write as a test customer"),
        ("end", "End the test"),
    ),
}
"""What agents may type in their private chat, by language."""

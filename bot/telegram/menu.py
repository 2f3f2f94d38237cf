"""The menus of commands that Telegram shows to customers and to agents, in each language."""

from collections.abc import Mapping

Commands = tuple[tuple[str, str], ...]

_ITALIAN: Commands = (
    ("stato", "A che punto è la mia richiesta"),
    ("persona", "Parlare con una persona"),
    ("privacy", "Che cosa teniamo di lei"),
    ("dimenticami", "Cancellare i miei dati"),
)

MENUS: Mapping[str | None, Commands] = {
    # For everybody whose Telegram speaks none of the others: the house language.
    None: _ITALIAN,
    "it": _ITALIAN,
    "en": (
        ("status", "Where my request stands"),
        ("human", "Talk to a person"),
        ("privacy", "What we keep about you"),
        ("forgetme", "Delete my data"),
    ),
    "es": (
        ("status", "Cómo va mi solicitud"),
        ("human", "Hablar con una persona"),
        ("privacy", "Qué guardamos de usted"),
        ("olvidame", "Borrar mis datos"),
    ),
    "fr": (
        ("status", "Où en est ma demande"),
        ("human", "Parler à une personne"),
        ("privacy", "Ce que nous gardons de vous"),
        ("oubliemoi", "Effacer mes données"),
    ),
    "de": (
        ("status", "Wie es um meine Anfrage steht"),
        ("human", "Mit einem Menschen sprechen"),
        ("privacy", "Was wir über Sie aufbewahren"),
        ("vergissmich", "Meine Daten löschen"),
    ),
}
"""Language to commands; None is for people of any other language."""

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

"""What the column that holds the messages is called, and what other columns are."""

import re
import unicodedata
from collections.abc import Sequence

TEXT_NAMES = (
    *("text", "testo", "message", "messaggio", "body", "review", "recensione", "comment", "commento"),
    *("content", "contenuto", "feedback", "description", "descrizione", "texto", "mensaje", "mensagem"),
    *("reseña", "texte", "avis", "nachricht", "bewertung", "kommentar", "corpo", "reclamo", "complaint"),
)
"""Names of the column that holds the messages, in order of preference."""

_WORDS = (
    *TEXT_NAMES,
    *("tweet", "post", "msg", "reviews", "messages", "comments", "complaints", "note", "notes", "narrative"),
    *("messaggi", "recensioni", "commenti", "reclami", "segnalazione", "lamentela", "opinione", "testi"),
    *("comentario", "resena", "queja", "opinion", "opinión", "commentaire", "réclamation", "beschwerde"),
    *("comentário", "avaliação", "reclamação", "rezension", "beschreibung", "descripción", "domanda"),
)
# "review_date" is a date, whatever it is the date of.
_OTHER_THINGS = frozenset(
    (
        *("id", "ids", "uid", "uuid", "key", "code", "codice", "num", "number", "numero", "no", "nr", "n"),
        *("date", "data", "day", "time", "ora", "at", "timestamp", "created", "updated", "fecha", "datum"),
        *("count", "length", "len", "size", "score", "rating", "stars", "voto", "likes", "votes", "rank"),
        *("type", "tipo", "kind", "category", "categoria", "status", "stato", "lang", "language", "lingua"),
        *("url", "link", "href", "image", "img", "html", "path", "file", "attachment", "attachments"),
        *("author", "autore", "user", "utente", "name", "nome", "by", "from", "sender", "mittente", "email"),
        *("title", "titolo", "subject", "oggetto", "headline", "summary", "tag", "tags", "label", "labels"),
        *(
            "sentiment",
            "hash",
            "source",
            "is",
            "has",
            "reply",
            "translated",
            "response",
            "risposta",
            "answer",
        ),
    )
)
# Around a text "data" is the whole, and not a day.
_OF_OTHERS = _OTHER_THINGS - {"data"} | {"customer", "cliente", "product", "prodotto", "order", "ordine"}
_USUAL_OTHERS = frozenset(
    ("id", "date", "data", "name", "nome", "email", "fecha", "datum", "customer", "cliente")
)
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def closeness(column: str) -> int | None:
    """How far a column's name is from one that holds messages: 0 is nearest, None no such name."""
    name = _composed(column).strip().lower()
    if name in TEXT_NAMES:
        return TEXT_NAMES.index(name)
    words = [word.lower() for word in _WORD.findall(_CAMEL.sub(" ", _composed(column)))]
    known = [word for word in words if word in _WORDS]
    if not known or _OTHER_THINGS.intersection(words):
        return None
    # Fewer words beside the known one are nearer: "message body" before "last message of the chat".
    return len(TEXT_NAMES) * (1 + len(words) - len(known)) + min(_WORDS.index(word) for word in known)


def closeness_inside(path: Sequence[str]) -> int | None:
    """`closeness` of the last of some keys that lead through objects; the outer column is nearer.

    What an author, an answer or the like says of itself is no message.
    """
    *above, last = path
    words = {word.lower() for key in above for word in _WORD.findall(_CAMEL.sub(" ", _composed(key)))}
    far = None if words & _OF_OTHERS else closeness(last)
    return None if far is None else far + len(TEXT_NAMES) * len(above)


def is_text_name(column: str) -> bool:
    """Whether a column is called by one of `TEXT_NAMES`."""
    return _composed(column).strip().lower() in TEXT_NAMES


def is_usual_name(cell: str) -> bool:
    """Whether a cell is certainly no message, but what people call a column of messages, ids or days."""
    name = cell.strip().lower()
    return name in _USUAL_OTHERS or (
        len(cell) <= 40 and len(cell.split()) <= 3 and closeness(cell) is not None
    )


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)

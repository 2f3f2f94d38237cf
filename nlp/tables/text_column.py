"""Which column of a table holds the messages."""

from collections import Counter
from itertools import islice

from nlp.errors import BatchError
from nlp.tables.rows import RAW, Table

_SAMPLE_RECORDS = 200


def find_text_column(table: Table) -> str:
    """The column that holds the messages: by its name, else the one with the longest texts.

    Raises:
        BatchError: No column holds text.
    """
    by_name = {column.strip().lower(): column for column in reversed(table.columns)}
    for name in TEXT_NAMES:
        if name in by_name:
            return by_name[name]
    lengths: Counter[str] = Counter()
    for row in islice(table.rows(), _SAMPLE_RECORDS):
        # A line that cannot be read may be the longest; it is nobody's message.
        unread = row.error is not None and row.values.keys() == {RAW}
        texts = {} if unread else row.values
        lengths.update({key: len(value) for key, value in texts.items() if isinstance(value, str)})
    if not lengths:
        raise BatchError(f"no column holds text; columns found: {', '.join(table.columns) or 'none'}")
    return lengths.most_common(1)[0][0]


TEXT_NAMES = (
    *("text", "testo", "message", "messaggio", "body", "review", "recensione", "comment", "commento"),
    *("content", "contenuto", "feedback", "description", "descrizione", "texto", "mensaje", "mensagem"),
    *("reseña", "texte", "avis", "nachricht", "bewertung", "kommentar", "corpo", "reclamo", "complaint"),
)
"""Names of the column that holds the messages, in order of preference."""

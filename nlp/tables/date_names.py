"""How exports call the column that says when a message was written."""

DATE_NAMES = (
    *(
        "date",
        "created_at",
        "created",
        "received_at",
        "sent_at",
        "timestamp",
        "datetime",
        "time",
        "at",
        "day",
    ),
    *("data", "data_ora", "data_creazione", "ricevuto", "ricevuto_il", "giorno", "fecha", "datum"),
)
"""In order of preference, in small letters."""

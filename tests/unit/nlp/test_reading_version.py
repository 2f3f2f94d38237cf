"""The number that a run is only gone on with by, tied to what the reading gives for files and texts."""

import hashlib
import json
from datetime import date
from pathlib import Path

from nlp.batch.packing import Packer, source_of
from nlp.batch.workspace import READING
from nlp.classifier import clean
from nlp.entities.matter import matter_of
from nlp.joint import days_ahead
from nlp.language import detect_languages
from nlp.lexical import word_pieces
from nlp.tables import open_table
from nlp.tables.message_text import message_at

TODAY = date(2026, 11, 27)  # a Friday

KNOWN = {
    1: "7482e0e8b80a43b5f0d7df50221c7847105e1bdb9b7a59c2e6861efd4eff4b8f",
}
"""By version what its reading gives. Whoever changes the reading raises `READING` and adds a line here."""

MESSAGES: list[dict[str, object]] = [
    {"id": 1, "type": "service", "date": "2026-11-01T10:00:00", "action": "join", "text": ""},
    {
        "id": 2,
        "type": "message",
        "date": "2026-11-01T10:01:00",
        "from": "Ada",
        "text": ["Il pacco ", {"type": "bold", "text": "7712345"}, " tarda"],
    },
    {"id": 3, "type": "message", "date": "2026-11-01T10:02:00", "from": "Ada", "photo": "1", "text": ""},
]
MAIL = """From ada@example.org Fri Nov 27 10:00:00 2026
From: Ada <ada@example.org>
To: negozio@example.org
Subject: Reso
Date: Fri, 27 Nov 2026 10:00:00 +0100

Voglio il rimborso.

Il 26 nov 2026 Negozio <negozio@example.org> ha scritto:
> Buongiorno
"""
CHAT = """[27/11/26, 10:00:00] Ada: Buongiorno
[27/11/26, 10:01:00] Ada: il letto è rotto
e nessuno risponde
[27/11/26, 10:02:00] Negozio: immagine omessa
[28/11/26, 09:00:00] Ada: Allora?
"""
ROWS = """{"text": "uno", "n": 1.10, "n": 2}
{broken
"testo"
{"text": ["due", "tre"]}
{"text": 4}
"""
REVIEWS = [{"review": {"text": "bello"}}, {"review": {"text": "brutto"}}, {"review": None}]
QUOTED = """id;città;testo
1;Forlì;"È arrivato rotto;
di nuovo"
2;Bari;l'ho detto "ieri"
"""

FILES = {
    "windows.csv": QUOTED.encode("cp1252"),
    "joined.csv": b"sep=,\nid,text,text\n1,ciao,a\nid,text,text\n2,rotto,b,c\n\n3\n",
    "titles.tsv": "Recensioni\t\nnome\ttesto\nAda\tPessimo\nAda\tIl pacco non arriva\n".encode("utf-16"),
    "lines.txt": b"Prima riga\n\n  Seconda riga\r\nTerza\n",
    "rows.jsonl": ROWS.encode(),
    "list.json": json.dumps(REVIEWS).encode(),
    "result.json": json.dumps(
        {"name": "Negozio", "type": "personal_chat", "id": 1, "messages": MESSAGES}
    ).encode(),
    "_chat.txt": CHAT.encode(),
    "box.mbox": MAIL.encode(),
}

TEXTS = (
    "Il mio ordine 7712345 non è mai arrivato, scrivetemi a ada@example.org o al +39 333 1234567",
    "\u200b  NON RISPONDE NESSUNO!!! \0 \u202e",
    "<p>Gentile negozio,</p><p>la <b>lampada</b> &egrave; rotta<br>Ada</p>",
    "&lt;div&gt;Wo bleibt mein Paket?&lt;/div&gt;",
    "prezzo < 10 e <nome> restano",
    "Ok.\n\nOn Thu, 26 Nov 2026 the shop <a@example.org> wrote:\n> We are sorry\n> for the delay",
    "Se entro domani non mi rimborsate i 49,90 € mi rivolgo a un avvocato",
    "I have been waiting since November 3rd, order no. RS 1001, please refund me by Monday",
    "¿Cuándo llega mi pedido AB-99812? Lo necesito para el sábado",
    "Je n'ai rien reçu depuis trois semaines, répondez avant le 30/11",
    "Die Bestellung 4711-0815 kam kaputt an, bitte bis übermorgen Ersatz",
    "A encomenda não chegou e ninguém atende o telefone há duas semanas",
    "Посылка пришла разбитой, верните деньги за заказ",
    "xké nn risp? tqm bss",
    "12345678",
    "😡😡",
    "IBAN IT60X0542811101000000123456, https://example.org/t/9 e ABCD1234567890",
    "x" * 200 + " parola " * 50,
    "",
)


def test_a_changed_reading_has_a_number_of_its_own(tmp_path: Path) -> None:
    found = digest([*map(read_file, write(tmp_path)), *read_texts()])
    assert found == KNOWN.get(READING), (
        f"files or texts are read otherwise than by {READING}: raise READING in nlp/batch/workspace.py, "
        f"and add to KNOWN what the new one gives: {found}"
    )
    assert len(set(KNOWN.values())) == len(KNOWN)


def write(folder: Path) -> list[Path]:
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in FILES]


def read_file(path: Path) -> object:
    """All that a shard holds of a file."""
    packer = Packer([source_of(path.name, open_table(path), None)])
    return [packer.schema.names, [shard.to_pylist() for shard in packer.shards()], packer.left_out]


def read_texts() -> list[object]:
    """Of each text what is classified of it, and what else the heads are shown."""
    shown = [clean(message_at(text) or "") for text in TEXTS]
    matters = [matter_of(text) for text in shown]
    pieces = word_pieces(matters)
    languages = detect_languages(shown)
    return [
        [
            text,
            matter,
            language,
            days_ahead(text, language, TODAY).tolist(),
            pieces[[row]].indices.tolist(),
        ]
        for row, (text, matter, language) in enumerate(zip(shown, matters, languages, strict=True))
    ]


def digest(found: object) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()

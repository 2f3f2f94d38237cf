"""Cells that hold HTML, or mails with what they answer, are read as what their writers wrote."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.batch.packing import TEXT, Packer, source_of
from nlp.tables import open_table
from nlp.tables.message_text import message_at, message_of, said_of

HTML = {
    "blocks": ("<p>Salve,<br>il pacco &egrave; rotto</p><div>Anna</div>", "Salve,\nil pacco è rotto\nAnna"),
    "end_of_line_alone": ("Salve<br />il pacco manca", "Salve\nil pacco manca"),
    "inline_alone": ("il pacco <b>manca</b> &amp; basta\nAnna", "il pacco manca & basta\nAnna"),
    "a_link": ('guardate <a href="https://x.it/1">qui</a>', "guardate qui"),
    "a_picture_alone": ('<img src="cid:1">', ""),
    "written_as_entities": ("&lt;p&gt;Il pacco manca&lt;/p&gt;", "Il pacco manca"),
    "entities_alone": ("Perch&eacute; &#8217;l pacco &#x2019;manca?", "Perché ’l pacco ’manca?"),
    "capitals": ("<P>Manca<BR>tutto</P>", "Manca\ntutto"),
}


@pytest.mark.parametrize(("cell", "text"), HTML.values(), ids=HTML)
def test_html_is_the_text_that_it_shows(cell: str, text: str) -> None:
    assert message_of(cell).text == text
    assert message_of(cell).from_html


WORDS = {
    "a_heart": "Vi voglio bene <3",
    "numbers": "pago se prezzo < 10 e > 5",
    "a_placeholder": "Gentile <nome>, il suo <b> è partito",
    "an_address": "scrivo da Anna <anna@x.it>",
    "ampersands": "R&D; AT&T, a&b=1&copy=2",
    "line_ends": "Salve,\r\n\r\n  il pacco manca \n",
    "a_journey": "Viaggio:\nDa: Milano\nA: Roma\nData: 3 maggio\nIl treno era fermo",
    "one_greater_sign": ">3 settimane senza risposta\nVoglio i soldi",
    "two_dashes": "Mai arrivato\n--\nE nessuno risponde",
}


@pytest.mark.parametrize("cell", WORDS.values(), ids=WORDS)
def test_plain_words_stay_as_they_stand(cell: str) -> None:
    message = message_of(cell)

    assert (message.text, message.from_html, message.quotes_cut) == (cell, False, False)


@given(st.text(st.characters(exclude_characters="<>&\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")))
def test_one_line_without_marks_is_never_changed(cell: str) -> None:
    assert message_of(cell).text == cell


QUOTED = {
    "marked": "Manca ancora\n\nIl giorno lun 5 ott 2026 Aiuto <a@x.it> ha scritto:\n> Ci scusiamo\n> tanto",
    "html": "<div>Manca ancora</div><div>Il giorno lun 5 ott 2026 Aiuto &lt;a@x.it&gt; ha scritto:<br/></div>"
    "<blockquote>Ci scusiamo</blockquote>",
    "outlook": "Manca ancora\n\nDa: Aiuto\nInviato: lunedì 5 ottobre 2026\nA: Anna\nOggetto: pacco\n\nScusi",
}


@pytest.mark.parametrize("cell", QUOTED.values(), ids=QUOTED)
def test_a_mail_in_a_cell_is_read_without_those_it_answers(cell: str) -> None:
    assert message_of(cell).text == "Manca ancora"
    assert message_of(cell).quotes_cut


def test_what_does_nothing_but_quote_is_kept() -> None:
    assert message_of("> Manca\n> ancora").text == "> Manca\n> ancora"


@pytest.mark.parametrize(
    ("value", "text"),
    [(["<p>Uno</p>", " ", "due", 3], "Uno\ndue"), ([], None), ([3], None), ({"a": "b"}, None), (None, None)],
    ids=["texts", "empty", "numbers", "object", "missing"],
)
def test_the_texts_of_a_list_are_one_message(value: object, text: str | None) -> None:
    assert message_at(value) == text


def test_it_is_said_beforehand_what_is_not_read_as_it_stands() -> None:
    assert said_of(["Manca", "tutto"]) == ()
    assert said_of(["Manca", *(cell for cell, _ in HTML.values()), QUOTED["marked"]]) == (
        "HTML is read as the text that it shows",
        "quoted mails are not read",
    )


def test_the_text_is_read_and_the_cell_stays(tmp_path: Path) -> None:
    cell = "<p>Il pacco<br>manca</p>"
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", "body"], ["1", cell], ["2", "Arrivato <3"]])
    source = source_of("in.csv", open_table(tmp_path / "in.csv"), None)
    (batch,) = Packer([source]).shards()

    assert source.said[-1] == "HTML is read as the text that it shows"
    assert batch["body"].to_pylist() == [cell, "Arrivato <3"]
    assert batch[TEXT].to_pylist() == ["Il pacco\nmanca", "Arrivato <3"]


def test_a_path_leads_through_lists(tmp_path: Path) -> None:
    turns = [{"by": "a", "text": "Manca"}, {"by": "b"}, {"by": "a", "text": "ancora"}]
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"turns": one}) + "\n" for one in (turns, [], [{"by": "b"}]))
    )
    (batch,) = Packer([source_of("in", open_table(tmp_path / "in.jsonl"), "turns.text")]).shards()

    assert batch[TEXT].to_pylist() == ["Manca\nancora", None, None]
    assert batch["error"].to_pylist() == [None, *["`turns.text` is missing"] * 2]

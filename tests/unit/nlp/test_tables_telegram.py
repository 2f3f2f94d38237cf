"""Exports of Telegram Desktop come out as messages, whole, in parts or damaged."""

import json
from pathlib import Path

import pytest

from nlp.errors import BatchError
from nlp.tables import JsonTable, Row, TelegramTable, open_table


def message(number: int, text: object = "ciao", **more: object) -> dict[str, object]:
    return {
        "id": number,
        "type": "message",
        "date": "2026-11-27T10:00:00",
        "date_unixtime": "1795770000",
        "from": "Ada",
        "from_id": "user7",
        "text": text,
        **more,
    }


def chat(name: str | None, *messages: object) -> dict[str, object]:
    return {"name": name, "type": "personal_chat", "id": 7, "messages": list(messages)}


def written(folder: Path, export: object) -> Path:
    path = folder / "result.json"
    path.write_text(json.dumps(export, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def texts(path: Path) -> list[object]:
    return [row.values.get("text") for row in open_table(path).rows()]


def test_a_message_has_its_sender_chat_and_answer(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, chat("Negozio", message(5, "rotto", reply_to_message_id=4))))
    assert isinstance(table, TelegramTable)
    assert list(table.rows()) == [
        Row(
            values={
                "id": "5",
                "date": "2026-11-27T10:00:00",
                "edited": None,
                "from": "Ada",
                "from_id": "user7",
                "forwarded_from": None,
                "chat": "Negozio",
                "reply_to": "4",
                "text": "rotto",
                "media_type": None,
            },
            line=6,
        )
    ]


def test_what_is_passed_on_and_what_was_changed_can_be_told(tmp_path: Path) -> None:
    changed = message(1, edited="2026-11-27T10:05:00", edited_unixtime="1795770300")
    export = chat("A", changed, message(2, forwarded_from="Bruno"), message(3, forwarded_from=None))
    table = open_table(written(tmp_path, export))
    assert {"edited", "forwarded_from"} < set(table.columns)
    assert [(row.values["edited"], row.values["forwarded_from"]) for row in table.rows()] == [
        ("2026-11-27T10:05:00", None),
        (None, "Bruno"),
        (None, None),
    ]


TEXTS = {
    "plain": ("il pacco è rotto", "il pacco è rotto"),
    "parts": (
        ["vedi ", {"type": "link", "text": "x.it"}, " ", {"type": "bold", "text": "subito"}],
        "vedi x.it subito",
    ),
    "empty": ("", ""),
    "no_parts": ([], ""),
    "part_without_text": (["a", {"type": "custom_emoji"}, None, 3], "a"),
    "lines_quotes_and_hebrew": ('«a»\n"b" \\ שלום 😡', '«a»\n"b" \\ שלום 😡'),
    "marks_of_json": ('}, {"id": 1, "type": "message"', '}, {"id": 1, "type": "message"'),
    "null": (None, ""),
}


@pytest.mark.parametrize(("text", "read"), TEXTS.values(), ids=TEXTS)
def test_a_text_is_put_together(tmp_path: Path, text: object, read: str) -> None:
    assert texts(written(tmp_path, chat("A", message(1, text)))) == [read]


MEDIA = {
    "voice": ({"media_type": "voice_message", "file": "a.ogg"}, "voice_message"),
    "photo": ({"photo": "a.jpg"}, "photo"),
    "file": ({"file": "a.pdf"}, "file"),
    "poll": ({"poll": {"question": "?"}}, "poll"),
}


@pytest.mark.parametrize(("fields", "kind"), MEDIA.values(), ids=MEDIA)
def test_what_is_sent_with_a_message_is_named(tmp_path: Path, fields: dict[str, object], kind: str) -> None:
    (row,) = open_table(written(tmp_path, chat("A", message(1, "", **fields)))).rows()
    assert row.values["media_type"] == kind


def test_notices_of_the_service_are_left_out_and_counted(tmp_path: Path) -> None:
    notice = {"id": 1, "type": "service", "actor": "Ada", "action": "phone_call", "text": ""}
    table = open_table(written(tmp_path, chat("A", notice, message(2), notice)))
    assert [row.values["id"] for row in table.rows()] == ["2"]
    assert "are left out" in table.said[1]
    assert table.left_out == {"notices of the service left out": 2}


def test_an_account_is_read_chat_by_chat_and_nothing_else_of_it(tmp_path: Path) -> None:
    saved = {"type": "saved_messages", "id": 9, "messages": [message(3)]}
    export = {
        "about": 'Ecco i "dati" richiesti.',
        "personal_information": {"user_id": 7, "messages": [message(99)]},
        "contacts": {"about": "", "list": [{"name": "x", "messages": [message(98)]}]},
        "chats": {"about": "", "list": [chat("A", message(1)), chat("B"), chat(None, message(2)), saved]},
        "left_chats": {"about": "", "list": [chat("C", message(4))]},
    }
    rows = list(open_table(written(tmp_path, export)).rows())
    assert [(row.values["id"], row.values["chat"]) for row in rows] == [
        ("1", "A"),
        ("2", "personal_chat"),
        ("3", "saved_messages"),
        ("4", "C"),
    ]


@pytest.mark.parametrize("key", ["chats", "left_chats"])
def test_chats_alone_are_an_export(tmp_path: Path, key: str) -> None:
    assert texts(written(tmp_path, {key: {"list": [chat("A", message(1, "uno"))]}})) == ["uno"]


def test_a_long_export_is_read_piece_by_piece_with_its_lines(tmp_path: Path) -> None:
    export = chat("A", *[message(number, "è tardi 😡 " * 40) for number in range(5000)])
    rows = list(open_table(written(tmp_path, export)).rows())
    assert [row.values["id"] for row in rows] == [str(number) for number in range(5000)]
    assert [row.line for row in rows] == list(range(6, 6 + 9 * 5000, 9))


def test_an_export_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    path = written(tmp_path, chat("A", message(1, "uno"), message(2, "due"), message(3, "tre")))
    path.write_text(path.read_text(encoding="utf-8").partition("tre")[0], encoding="utf-8")
    rows = list(open_table(path).rows())
    assert [row.values.get("text") for row in rows] == ["uno", "due", None]
    assert "damaged from here to the end" in (rows[-1].error or "")


@pytest.mark.parametrize("damage", ['"text": uno', '"text": "due" "due"', '"text": "a\nb"', ""])
def test_a_damaged_message_costs_itself_alone(tmp_path: Path, damage: str) -> None:
    path = written(tmp_path, chat("A", message(1, "uno"), message(2, "due"), message(3, "tre")))
    path.write_text(path.read_text(encoding="utf-8").replace('"text": "due"', damage), encoding="utf-8")
    rows = list(open_table(path).rows())
    assert [row.values.get("text") for row in rows] == ["uno", None, "tre"]
    assert (rows[1].line, rows[1].error is None) == (15, False)
    assert rows[2].values["chat"] == "A"


def test_damage_between_two_chats_hides_the_name_and_no_later_chat(tmp_path: Path) -> None:
    chats = [chat("A", message(1)), chat("B", message(2)), chat("C", message(3))]
    path = written(tmp_path, {"chats": {"about": "", "list": chats}})
    broken = path.read_text(encoding="utf-8").replace('"name": "B",', "").replace("]\n   },", "#", 1)
    path.write_text(broken, encoding="utf-8")
    rows = list(open_table(path).rows())
    assert [(row.values.get("id"), row.values.get("chat")) for row in rows] == [
        ("1", "A"),
        (None, None),
        ("2", None),
        ("3", "C"),
    ]


def test_a_thing_among_the_messages_that_is_none_is_a_row_with_an_error(tmp_path: Path) -> None:
    rows = list(open_table(written(tmp_path, chat("A", message(1), 7, message(2)))).rows())
    assert [row.error for row in rows] == [None, "expected a message, found a number", None]


OTHERS = {
    "lines": '{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n',
    "another_object_with_messages": '{"messages": [{"text": "a"}]}',
    "objects_that_have_chats_or_contacts": '{"chats": [1], "text": "a"}\n{"contacts": ["b"], "text": "c"}\n',
    "contacts_first": '{"contacts": ["b"], "text": "c"}\n',
    "a_name_alone": '{"name": "a", "text": "messages"}',
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_other_json_is_not_taken_for_an_export(tmp_path: Path, content: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(content, encoding="utf-8")
    assert isinstance(open_table(path), JsonTable)
    with pytest.raises(BatchError, match="no export of Telegram Desktop"):
        TelegramTable(path)

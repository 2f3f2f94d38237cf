"""The words that carried the labels are underlined under the customer's last message."""

from dataclasses import replace

import pytest

from desk.carried import pieces_of
from desk.words import words_in
from models.assessment import Assessment, Evidence, Label, Span
from models.clock import utcnow
from tests.unit.desk.conftest import House, classify

TEXT = "Il pacco RS20418 è in ritardo"


def carried(label: str, *spans: tuple[int, int], field: str = "complaint_types") -> Evidence:
    return Evidence(field=field, label=label, spans=tuple(Span(start=a, end=b) for a, b in spans))


async def assessed(tone: str = "calm") -> Assessment:
    (found,) = await classify([TEXT], [utcnow()])
    return replace(found, tone=Label(label=tone, probability=0.9))


async def shown(*evidence: Evidence, tone: str = "calm") -> list[tuple[str, str | None]]:
    pieces = pieces_of(TEXT, await assessed(tone), evidence, words_in("it"))
    assert "".join(piece.text for piece in pieces) == TEXT
    return [(piece.text, piece.why) for piece in pieces]


async def test_words_that_carried_two_labels_name_both() -> None:
    pieces = await shown(carried("delivery_late", (3, 8), (19, 29)), carried("no_reply", (22, 29)))

    assert [text for text, why in pieces if why] == ["pacco", "in ", "ritardo"]
    late, silent = "Da queste parole: consegna in ritardo", "nessuna risposta"
    assert [why for _, why in pieces if why] == [late, late, f"{late}, {silent}"]


async def test_a_calm_tone_and_the_kind_of_message_are_not_traced() -> None:
    assert await shown(carried("calm", (0, 2), field="tone"), carried("complaint", (3, 8), field="act")) == [
        (TEXT, None)
    ]


async def test_a_tone_that_stands_out_is_traced() -> None:
    pieces = await shown(carried("angry", (0, 2), field="tone"), tone="angry")

    assert pieces[0][0] == "Il"
    assert pieces[0][1] is not None


@pytest.mark.parametrize(
    ("field", "label", "why"),
    [
        ("urgency", "critical", "Da queste parole: urgenza critica"),
        ("urgency", "normal", None),
        ("act", "spam", "Da queste parole: spam"),
        ("act", "question", None),
    ],
)
async def test_what_presses_and_what_is_spam_is_traced(field: str, label: str, why: str | None) -> None:
    found = replace(await assessed(), **{field: Label(label=label, probability=0.9)})

    pieces = pieces_of(TEXT, found, [carried(label, (0, 2), field=field)], words_in("it"))

    assert pieces[0].why == why


async def test_a_place_behind_the_end_is_left_out() -> None:
    assert await shown(carried("delivery_late", (25, 400))) == [(TEXT, None)]


@pytest.mark.parametrize("text", ["Il pacco RS20418 è in ritardo", "<b>Il</b> pacco RS20418 è in ritardo"])
async def test_the_page_underlines_them_once_they_are_known(house: House, text: str) -> None:
    number = await house.said(text)
    giulia = await house.browser()

    page = (await giulia.client.get(f"/cases/{number}")).text

    assert '<u class="carried" title="Da queste parole: ' in page
    assert "<b>Il" not in page

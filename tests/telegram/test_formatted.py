import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telegram.errors import ApiError
from tests.telegram.formatted import cleaned, cut, found_entities, has_loose_ampersand, parse_html, units


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ("ciao <foo>x</foo>", 'Unsupported start tag "foo" at byte offset 5'),
        ("è < 3", 'Unsupported start tag "" at byte offset 3'),
        ("a <b>grasso", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a </b>", "Unexpected end tag at byte offset 2"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_markup_that_telegram_refuses_is_refused_with_its_words(markup: str, why: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(markup)
    assert caught.value.body()["description"] == f"Bad Request: can't parse entities: {why}"


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("<b>Caso</b> 7", "Caso 7", [{"type": "bold", "offset": 0, "length": 4}]),
        ("😀 <i>sì</i>", "😀 sì", [{"type": "italic", "offset": 3, "length": 2}]),
        ("  <b>x</b>\n", "x", [{"type": "bold", "offset": 0, "length": 1}]),
        (
            '<a href="https://a.b/?x=1&amp;y=2">qui</a>',
            "qui",
            [{"type": "text_link", "offset": 0, "length": 3, "url": "https://a.b/?x=1&y=2"}],
        ),
        (
            "<blockquote expandable>lungo</blockquote>",
            "lungo",
            [{"type": "expandable_blockquote", "offset": 0, "length": 5}],
        ),
        ("a &lt;b&gt; &amp;amp; &#233; R&D", "a <b> &amp; é R&D", []),
        ("vuoto <b></b>qui", "vuoto qui", []),
    ],
)
def test_markup_becomes_text_and_entities(markup: str, text: str, entities: list[dict[str, object]]) -> None:
    assert parse_html(markup) == (text, entities)


def test_nested_entities_are_in_the_servers_order() -> None:
    text, entities = parse_html("<b>uno <i>due</i></b>")
    assert text == "uno due"
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == [("bold", 0, 7), ("italic", 4, 3)]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_an_escaped_text_is_shown_literally(text: str) -> None:
    assert parse_html(html.escape(text)) == (cleaned(text).strip(), [])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_an_escaped_text_has_no_loose_ampersand(text: str) -> None:
    assert not has_loose_ampersand(html.escape(text))


def test_a_loose_ampersand_is_noticed() -> None:
    assert has_loose_ampersand("Rossi & figli")


def test_an_emoji_counts_two_units() -> None:
    assert units("a😀") == 3
    assert cut("a😀b", 1, 2) == "😀"


def test_control_characters_and_direction_overrides_do_not_arrive() -> None:
    assert cleaned("a\x00b\r\nc\u202ed") == "a b\ncd"


def test_a_command_at_the_start_is_marked() -> None:
    assert found_entities("/start abc")[0] == {"type": "bot_command", "offset": 0, "length": 6}

"""Texts as Telegram keeps them: plain text with entities, lengths in UTF-16 units, strict HTML."""

import html
import re
from typing import Any

from tests.telegram.errors import ApiError

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TOKEN = re.compile(r"<(?P<end>/?)(?P<name>[^\s>]*)(?P<rest>[^>]*)(?P<close>>?)|[^<]+", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>]+)(?:\s*=\s*(?:"(?P<d>[^"]*)"|'(?P<s>[^']*)'|(?P<n>[\w.-]+)))?"""
)
_REFERENCE = re.compile(r"&(?:#(?P<decimal>\d{1,7})|#x(?P<hex>[0-9a-fA-F]{1,6})|(?P<name>lt|gt|amp|quot));?")
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);)")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_FOUND = re.compile(
    r"(?P<bot_command>(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?)"
    r"|(?P<email>\b[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31})"
    r"|(?P<url>\bhttps?://[^\s<>]+)"
    r"|(?P<hashtag>(?<!\w)#\w+)"
)


def units(text: str) -> int:
    """Length in UTF-16 code units, Telegram's measure for lengths and offsets."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """The part of ``text`` that an entity covers; offset and length in UTF-16 units."""
    return text.encode("utf-16-le")[offset * 2 : (offset + length) * 2].decode("utf-16-le")


def cleaned(text: str) -> str:
    """Text after the server's cleaning: control characters to spaces, no CR, no line or bidi controls."""
    out = []
    for character in text:
        code = ord(character)
        if code < 32 and character not in "\n\r":
            out.append(" ")
        elif character != "\r" and not 0x2028 <= code <= 0x202E:
            out.append(character)
    return "".join(out)


def has_loose_ampersand(markup: str) -> bool:
    """Whether an ``&`` starts no character reference: the server forgives it, a careful bot escapes it."""
    return _LOOSE_AMPERSAND.search(markup) is not None


def found_entities(text: str) -> list[Entity]:
    """Commands, addresses, mentions and tags that Telegram marks by itself in what a person typed."""
    return [
        {
            "type": match.lastgroup,
            "offset": units(text[: match.start()]),
            "length": units(match.group()),
        }
        for match in _FOUND.finditer(text)
    ]


def parse_html(markup: str) -> tuple[str, list[Entity]]:
    """Text and entities of a message sent with ``parse_mode=HTML``.

    Raises:
        ApiError: 400 "can't parse entities", with the wording and byte offsets of the Bot API server.
    """
    text = ""
    entities: list[Entity] = []
    open_tags: list[tuple[str, Entity]] = []
    for token in _TOKEN.finditer(markup):
        if token["name"] is None:
            text += cleaned(_unescaped(token.group()))
            continue
        at = len(markup[: token.start()].encode())
        name = token["name"].lower()
        if token["end"]:
            if not open_tags:
                raise _unparsable(f"Unexpected end tag at byte offset {at}")
            if not token["close"] or token["rest"].strip():
                raise _unparsable(f"Unclosed end tag at byte offset {at}")
            opened, entity = open_tags.pop()
            if name and name != opened:
                raise _unparsable(
                    f'Unmatched end tag at byte offset {at}, expected "</{opened}>", found "</{name}>"'
                )
            entity["length"] = units(text) - entity["offset"]
            if entity["length"]:
                entities.append(entity)
        else:
            if not token["close"] and not token["rest"]:
                raise _unparsable(f"Unclosed start tag at byte offset {at}")
            if name not in TAGS:
                raise _unparsable(f'Unsupported start tag "{name}" at byte offset {at}')
            if not token["close"]:
                raise _unparsable(f"Unclosed start tag at byte offset {at}")
            open_tags.append((name, _entity(name, token["rest"], at, units(text))))
    if open_tags:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return trimmed(text, [entity for entity in entities if entity.get("type")])


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Text without outer white space, its entities moved along, in the server's order."""
    cut_off = units(text) - units(text.lstrip())
    text = text.strip()
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut_off, 0)
        end = min(entity["offset"] - cut_off + entity["length"], units(text))
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return text, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))


def _unparsable(why: str) -> ApiError:
    return ApiError(400, f"can't parse entities: {why}")


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        if match["name"]:
            return _NAMED[match["name"]]
        code = int(match["decimal"]) if match["decimal"] else int(match["hex"], 16)
        return chr(code) if 0 < code < 0x110000 else match.group()

    return _REFERENCE.sub(character, text)


def _entity(name: str, rest: str, at: int, offset: int) -> Entity:
    given = {
        match["name"]: html.unescape(match["d"] or match["s"] or match["n"] or "")
        for match in _ATTRIBUTE.finditer(rest)
    }
    entity: Entity = {"type": TAGS[name], "offset": offset, "length": 0}
    if name == "span" and given.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if name == "a":
        address = given.get("href", "")
        # A link without a usable address is shown as plain text.
        entity = entity | {"url": address} if "://" in address or "." in address else entity | {"type": ""}
    if name == "tg-emoji":
        entity["custom_emoji_id"] = given.get("emoji-id", "")
    if name == "blockquote" and "expandable" in given:
        entity["type"] = "expandable_blockquote"
    return entity

"""Whole Arrow columns as text: as cells of a table, and as JSON, without a step per row in Python.

Only what no kernel does goes through Python, many values at a time: JSON strings with escapes in them.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from nlp.batch.own_names import whole_characters

_PLAIN_LIST = r'^\[(?:[^\[{"]|"(?:[^"\\]|\\.)*")*\]$'
_STRINGS = (pa.lib.Type_STRING, pa.lib.Type_LARGE_STRING, pa.lib.Type_STRING_VIEW)
_BINARIES = (
    pa.lib.Type_BINARY,
    pa.lib.Type_LARGE_BINARY,
    pa.lib.Type_BINARY_VIEW,
    pa.lib.Type_FIXED_SIZE_BINARY,
)
_LISTS = (
    pa.lib.Type_LIST,
    pa.lib.Type_LARGE_LIST,
    pa.lib.Type_FIXED_SIZE_LIST,
)
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def is_json(field: pa.Field) -> bool:
    """Whether the strings of a column are JSON; a null among them is a key that the row does not have."""
    return (field.metadata or {}).get(b"cells") == b"json"


def holds_text(kind: pa.DataType) -> bool:
    """Whether somebody's words may stand in a column of this type, not numbers, days, or yes and no alone."""
    if kinds.is_dictionary(kind) or _is_list(kind):
        return holds_text(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return holds_text(kind.storage_type)
    return _is_string(kind) or _is_binary(kind)


def cell_texts(column: pa.Array) -> pa.StringArray:
    """Each value as a cell of a table shows it: lists joined by `|`, what is nested as JSON; null stays."""
    kind = column.type
    if _is_string(kind):
        return column.cast(pa.string())
    if _is_binary(kind):
        return column.cast(pa.binary()).view(pa.string())  # old Parquet files keep their texts as bytes
    if kinds.is_dictionary(kind):
        return cell_texts(column.dictionary_decode())
    if isinstance(kind, pa.UuidType):
        return pa.array([None if one is None else str(one) for one in column.to_pylist()], pa.string())
    if isinstance(kind, pa.BaseExtensionType):
        return cell_texts(column.storage)
    if _is_list(kind) and not kinds.is_nested(kind.value_type):
        return _joined_lists(column, lambda values: pc.fill_null(cell_texts(values), ""), "|")
    if kinds.is_nested(kind):
        return pc.if_else(column.is_null(), pa.scalar(None, pa.string()), json_texts(column))
    text = column.cast(pa.string())
    if kinds.is_timestamp(kind) or kinds.is_time(kind):
        text = pc.replace_substring_regex(text, r"\.0+(Z|[+-][0-9]{4})?$", r"\1")
        text = pc.replace_substring_regex(text, r"([+-][0-9]{2})([0-9]{2})$", r"\1:\2")
    return text


def json_texts(column: pa.Array) -> pa.StringArray:
    """Each value as JSON; null, and numbers that JSON does not know, as `null`."""
    kind = column.type
    if kinds.is_dictionary(kind):
        return json_texts(column.dictionary_decode())
    if isinstance(kind, pa.BaseExtensionType) and not isinstance(kind, pa.UuidType):
        return json_texts(column.storage)
    if kinds.is_map(kind):
        text = _bracketed("{", _joined_lists(column, _json_entries, ","), "}")
    elif _is_list(kind):
        text = _bracketed("[", _joined_lists(column, json_texts, ","), "]")
    elif kinds.is_struct(kind):
        text = _json_objects(column)
    elif kinds.is_floating(kind):
        finite = pc.is_finite(column.cast(pa.float64()))
        text = pc.if_else(finite, column.cast(pa.string()), pa.scalar(None, pa.string()))
    elif kinds.is_boolean(kind) or kinds.is_integer(kind) or kinds.is_decimal(kind):
        text = column.cast(pa.string())
    elif kinds.is_timestamp(kind):
        text = _json_strings(pc.replace_substring(cell_texts(column), " ", "T", max_replacements=1))
    else:
        text = _json_strings(cell_texts(column))
    return pc.fill_null(text, "null")


def plain_texts(cells: pa.StringArray, *, join_lists: bool) -> tuple[pa.StringArray, int]:
    """JSON cells as their plain value: strings without quotes, `null` as null, objects as they are.

    With `join_lists` the items of a list that holds no other list or object are joined by `|`. The number is
    that of halves of characters, which JSON can hold and Arrow cannot; each becomes `�`.
    """
    texts = pc.if_else(pc.equal(cells, "null"), pa.scalar(None, pa.string()), cells)
    is_text = pc.fill_null(pc.starts_with(texts, '"'), fill_value=False)
    escaped = pc.and_(is_text, pc.fill_null(pc.match_substring(texts, "\\"), fill_value=False))
    is_list = pc.fill_null(pc.match_substring_regex(texts, _PLAIN_LIST), fill_value=False)
    texts = pc.if_else(is_text, pc.utf8_slice_codeunits(texts, 1, -1), texts)
    texts, replaced = _replaced(texts, escaped, _decoded(cells.filter(escaped)))
    if join_lists:
        joined = ["|".join(map(_item, items)) for items in _decoded(cells.filter(is_list))]
        texts, more = _replaced(texts, is_list, joined)
        replaced += more
    return texts, replaced


def _decoded(cells: pa.StringArray) -> list[Any]:
    # Numbers stay as they are written: 0.10 is not 0.1 to whoever wrote it.
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
    decoded: list[Any] = decoder.decode(f"[{','.join(cells.to_pylist())}]")
    return decoded


def _item(item: str | bool | None) -> str:
    return item if isinstance(item, str) else {None: "", True: "true", False: "false"}[item]


def _replaced(
    texts: pa.StringArray, where: pa.BooleanArray, new: Sequence[str]
) -> tuple[pa.StringArray, int]:
    replaced = 0
    try:
        values = pa.array(new, pa.string())
    except UnicodeEncodeError:
        whole = [whole_characters(text) for text in new]
        replaced = sum(text.count("�") for text in whole) - sum(text.count("�") for text in new)
        values = pa.array(whole, pa.string())
    return pc.replace_with_mask(texts, where, values), replaced


def _json_strings(texts: pa.StringArray) -> pa.StringArray:
    if pc.any(pc.match_substring_regex(texts, r'["\\\x00-\x1f]')).as_py():
        texts = pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), '"', '\\"')
        for sign, escape in _SHORT_ESCAPES.items():
            texts = pc.replace_substring(texts, sign, escape)
        if pc.any(pc.match_substring_regex(texts, r"[\x00-\x1f]")).as_py():
            for code in range(0x20):
                texts = pc.replace_substring(texts, chr(code), f"\\u{code:04x}")
    return _bracketed('"', texts, '"')


def _json_objects(column: pa.StructArray) -> pa.StringArray:
    parts: list[pa.Array | str] = []
    for field, values in zip(column.type, column.flatten(), strict=True):
        parts += [f"{',' if parts else ''}{json.dumps(field.name, ensure_ascii=False)}:", json_texts(values)]
    objects = pc.binary_join_element_wise("{", *parts, "}", "") if parts else pa.repeat("{}", len(column))
    return pc.if_else(column.is_null(), pa.scalar(None, pa.string()), objects)


def _json_entries(entries: pa.StructArray) -> pa.StringArray:
    keys, values = entries.flatten()
    return pc.binary_join_element_wise(_json_strings(cell_texts(keys)), json_texts(values), ":")


def _bracketed(opening: str, texts: pa.StringArray, closing: str) -> pa.StringArray:
    return pc.binary_join_element_wise(opening, texts, closing, "")


def _joined_lists(
    column: pa.Array, text_of: Callable[[pa.Array], pa.StringArray], separator: str
) -> pa.StringArray:
    """The items of each list as text, joined; `text_of` is given those of all lists and leaves no null."""
    if not len(column):
        return pa.array([], pa.string())
    if kinds.is_map(column.type):
        values, offsets = (
            pa.StructArray.from_arrays([column.keys, column.items], ["key", "value"]),
            column.offsets,
        )
    else:
        lists = column.cast(pa.list_(column.type.value_type))
        values, offsets = lists.values, lists.offsets
    # A part of a longer column shares the items of the whole.
    first, last = offsets[0].as_py(), offsets[-1].as_py()
    items = text_of(values.slice(first, last - first))
    texts = pa.ListArray.from_arrays(pc.subtract(offsets, first), items, mask=column.is_null())
    return pc.binary_join(texts, separator)


def _is_list(kind: pa.DataType) -> bool:
    return kind.id in _LISTS


def _is_string(kind: pa.DataType) -> bool:
    return kind.id in _STRINGS


def _is_binary(kind: pa.DataType) -> bool:
    return kind.id in _BINARIES

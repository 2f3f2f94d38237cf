"""The check from outside: aiogram's models of the Bot API read every request, answer and update.

aiogram is written from the same public documentation by other people and is newer than the library that
the bot uses, so that neither the bot nor the double can drift from the real thing unnoticed.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

from pydantic import BaseModel, ValidationError

# aiogram has pydantic build its six hundred models when it is imported, which takes four seconds of every
# process; those that are asked for are built in `_problems`.
with patch.object(BaseModel, "model_rebuild"):
    import aiogram.methods
    import aiogram.types
    from aiogram.methods.base import Response, TelegramMethod
    from aiogram.types import BufferedInputFile, Update

from tests.telegram.body import Body
from tests.telegram.formatted import has_loose_ampersand

METHODS: dict[str, type[TelegramMethod[Any]]] = {
    model.__api_method__.lower(): model
    for name in aiogram.methods.__all__
    if isinstance(model := getattr(aiogram.methods, name), type)
    and issubclass(model, TelegramMethod)
    and isinstance(model.__dict__.get("__api_method__"), str)
}

_NAMES = {name: getattr(aiogram.types, name) for name in aiogram.types.__all__}
"""What the annotations of aiogram's models name without importing it."""


def problems_of_request(method: str, body: Body) -> list[str]:
    """What is wrong with a request of the bot, by the documentation; empty when nothing is."""
    model = METHODS.get(method.lower())
    if model is None:
        return [f"{method}: no such method in the Bot API"]
    values: dict[str, Any] = dict(body.values)
    for upload in body.uploads.values():
        # "attach://" parts are referred to by a parameter; the others are the parameter.
        if upload.part in model.model_fields:
            values[upload.part] = BufferedInputFile(upload.content, upload.name)
    found = list(_problems(f"{method} request", model, values))
    if body.values.get("parse_mode") == "HTML":
        markup = str(body.values.get("text", body.values.get("caption", "")))
        if has_loose_ampersand(markup):
            found.append(f"{method} request: unescaped & in HTML: {markup[:80]!r}")
    return found


def problems_of_answer(method: str, answer: dict[str, Any]) -> list[str]:
    """What is wrong with an answer of the double; empty when nothing is."""
    model = METHODS.get(method.lower())
    if model is None:
        return []
    if answer.get("ok") and answer.get("result") is None:
        return [f"{method} answer: result: missing"]
    return list(_problems(f"{method} answer", _answer_model(model), answer))


def problems_of_update(update: dict[str, Any]) -> list[str]:
    """What is wrong with an update that the double made; empty when nothing is."""
    return list(_problems("update", Update, update))


@cache
def _answer_model(model: type[TelegramMethod[Any]]) -> type[BaseModel]:
    returning: Any = model.__returning__
    return Response[returning]


def _problems(where: str, model: type[BaseModel], values: dict[str, Any]) -> Iterator[str]:
    if not model.__pydantic_complete__:
        model.model_rebuild(_types_namespace=_NAMES)
    try:
        parsed = model.model_validate(values)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = ".".join(str(step) for step in detail["loc"])
            yield f"{where}: {place}: {detail['msg']} ({str(detail['input'])[:80]!r})"
    else:
        for place in _unknown(parsed):
            yield f"{where}: {place}: not in the documentation"


def _unknown(value: Any, place: str = "") -> Iterator[str]:
    """Places of fields that a model does not know; aiogram keeps them instead of refusing them."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield f"{place}{name}"
        for name in value.model_fields_set & set(type(value).model_fields):
            yield from _unknown(getattr(value, name), f"{place}{name}.")
    elif isinstance(value, list):
        for item in value:
            yield from _unknown(item, place)

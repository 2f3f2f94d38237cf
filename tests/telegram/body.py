"""Request bodies as bot libraries send them: JSON, URL-encoded forms, multipart forms, query strings."""

import json
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from tests.telegram.errors import ApiError


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file inside a multipart body."""

    part: str
    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Body:
    """A decoded request: plain values by name, and uploads by the name of their part."""

    values: dict[str, Any]
    uploads: dict[str, Upload]


STRUCTURED = frozenset(
    [
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "media",
        "menu_button",
        "message_ids",
        "options",
        "permissions",
        "question_entities",
        "reaction",
        "reply_markup",
        "reply_parameters",
        "rights",
        "scope",
    ]
)
"""Parameters that forms carry as JSON text; every other one is a plain scalar, whatever it looks like."""


def decode(content: bytes, content_type: str, query: str = "") -> Body:
    """Decode a request.

    Raises:
        ApiError: 400, when the body or a JSON-valued parameter cannot be read.
    """
    header = Message()
    header["content-type"] = content_type or "application/octet-stream"
    values: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    uploads: dict[str, Upload] = {}
    match header.get_content_type():
        case "application/json":
            values |= _json_object(content)
        case "application/x-www-form-urlencoded":
            values |= dict(parse_qsl(_utf8(content), keep_blank_values=True))
        case "multipart/form-data":
            fields, uploads = _multipart(content, str(header.get_param("boundary")))
            values |= fields
    return Body(values={name: _structured(name, value) for name, value in values.items()}, uploads=uploads)


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(_utf8(content) or "{}")
    except json.JSONDecodeError as error:
        raise ApiError(400, f"can't parse JSON: {error}") from error
    if not isinstance(value, dict):
        raise ApiError(400, "can't parse JSON: expected an object")
    return {name: item for name, item in value.items() if item is not None}


def _utf8(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ApiError(400, "strings must be encoded in UTF-8") from error


def _structured(name: str, value: Any) -> Any:
    if name not in STRUCTURED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise ApiError(400, f"can't parse {name.replace('_', ' ')} JSON object") from error


def _multipart(content: bytes, boundary: str) -> tuple[dict[str, str], dict[str, Upload]]:
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    # The first piece is the preamble, the last one is the closing "--".
    for piece in content.split(b"--" + boundary.encode())[1:-1]:
        head, _, payload = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        payload = payload.removesuffix(b"\r\n")
        part = Message()
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(":")
            part[name] = value.strip()
        field_name = str(part.get_param("name", header="content-disposition"))
        file_name = part.get_filename()
        if file_name is None:
            fields[field_name] = _utf8(payload)
        else:
            uploads[field_name] = Upload(
                part=field_name, name=file_name, mime=part.get_content_type(), content=payload
            )
    return fields, uploads

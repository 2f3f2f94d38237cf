"""What the bot asked for, in order, and what it was answered."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.body import Upload


@dataclass(kw_only=True)
class Call:
    """One request of the bot.

    Attributes:
        params: decoded: JSON-valued parameters as structures, scalars as they came.
        uploads: files of a multipart body.
        at: monotonic seconds (`time.monotonic`, the same clock in all processes of a Linux machine) at
            which the request had been read and was about to be carried out.
        done: monotonic seconds at which its answer was ready; 0 while it runs.
        answer: the JSON body of the answer; empty while it runs.
    """

    method: str
    params: dict[str, Any]
    uploads: dict[str, Upload]
    chat_id: int | None
    at: float = field(default_factory=time.monotonic)
    done: float = 0.0
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it was accepted."""
        return self.answer.get("ok") is True

    @property
    def result(self) -> Any:
        """The ``result`` of an accepted request."""
        return self.answer.get("result")

    @property
    def text(self) -> str:
        """The text or caption as the bot wrote it, markup included."""
        return str(self.params.get("text", self.params.get("caption", "")))

    def __str__(self) -> str:
        params = json.dumps(self.params, ensure_ascii=False, default=str)
        outcome = "…" if not self.answer else "ok" if self.ok else self.answer.get("description")
        return f"{self.at:.3f} {self.method} {params[:300]} -> {outcome}"


def chat_of(params: dict[str, Any]) -> int | None:
    """The chat that a request is for, where it names one."""
    try:
        return int(params["chat_id"])
    except (KeyError, ValueError, TypeError):
        return None

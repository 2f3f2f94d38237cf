"""The model's reading of what agents write, beside the checks of the words."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from models.database import Database
from models.manner import Judge
from models.serial import from_json, to_json
from models.states import Purpose
from models.tables import Agent, Case, Draft
from responses.channels import AgentChat
from responses.checks.advising import advice_for
from responses.checks.finding import Finding
from responses.checks.manner import findings_of, own_sentences, sentences_of
from responses.proposed import MAX_TEXT, composed_draft, proposed_draft
from responses.sending.outbox import enqueue_parts
from responses.texts import split_text

_KEPT = 2_000
_PATIENCE = 0.4
"""Seconds that somebody who is typing waits for the model at most."""


class Manners:
    """Reads sentences before a transaction begins, and remembers what was said of them inside it.

    Without a model in this process, or before it is loaded, nothing is known: then a draft is read
    afterwards, where there is one, and what is found stands beside it from then on. What a crash in that
    moment loses is read no more: it is advice, and stops nothing.
    """

    def __init__(
        self, database: Database, judge: Judge | None, agent_chat: AgentChat = lambda agent: None
    ) -> None:
        self._database = database
        self._judge = judge
        self._agent_chat = agent_chat
        self._said: OrderedDict[str, str | None] = OrderedDict()
        self._reading: set[asyncio.Task[Mapping[str, str | None] | None]] = set()

    async def read(self, text: str, language: str) -> None:
        """Has the model read the sentences that are not known yet; what takes longer is known later."""
        if self._judge is None or len(text) > MAX_TEXT:
            return
        words = [one.words for one in sentences_of(text, language)]
        task = asyncio.create_task(self._labels(words, wait=False))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
        for one in done:
            one.result()

    def found(
        self, text: str, composed: str | None, language: str, beside: Sequence[Finding]
    ) -> list[Finding] | None:
        """What the model has said of a text, beside what the checks found; None where it has not read it."""
        sentences = own_sentences(text, composed, language)
        if any(one.words not in self._said for one in sentences):
            return None
        return findings_of(sentences, self._said, beside)

    async def run(self, draft_id: str) -> None:
        """Reads a draft that was written unread; adds what is found, and tells its agent.

        Their card has left by then.
        """
        async with self._database.reading() as session:
            draft = await _on_table(session, draft_id)
            if draft is None:
                return
            text, language = draft.text, draft.language
            composed = await composed_draft(session, draft)
        sentences = own_sentences(text, composed.text if composed is not None else None, language)
        said = await self._labels([one.words for one in sentences], wait=True)
        if said is None:
            return
        async with self._database.writing() as session:
            draft = await _on_table(session, draft_id, lock=True)
            if draft is None:
                return
            found = findings_of(sentences, said, [from_json(Finding, one) for one in draft.findings])
            if found:
                draft.findings = [*draft.findings, *(to_json(one) for one in found)]
                await self._tell(session, draft, found)

    async def _labels(self, words: Sequence[str], *, wait: bool) -> Mapping[str, str | None] | None:
        """What the model says of each sentence; None where it says nothing (yet)."""
        found: dict[str, str | None] = {}
        for one in words:
            if one in self._said:
                self._said.move_to_end(one)
                found[one] = self._said[one]
        new = [one for one in dict.fromkeys(words) if one not in found]
        if new:
            labels = await self._judge(new, wait=wait) if self._judge is not None else None
            if labels is None:
                return None
            found |= zip(new, labels, strict=True)
            self._said |= found
            while len(self._said) > max(_KEPT, len(found)):
                self._said.popitem(last=False)
        return found

    async def _tell(self, session: AsyncSession, draft: Draft, found: Sequence[Finding]) -> None:
        writer = await session.get(Agent, draft.edited_by)
        chat = self._agent_chat(writer) if writer is not None else None
        if writer is None or chat is None:
            return
        advice = "\n".join(advice_for(one, next(iter(writer.languages), "")) for one in found)
        await enqueue_parts(
            session,
            purpose=Purpose.CARD,
            dedupe_key=f"manner:{draft.id}",
            chat_key=chat,
            contents=[{"agent": True, "text": part, "case": draft.case_id} for part in split_text(advice)],
            case_id=draft.case_id,
        )


async def _on_table(session: AsyncSession, draft_id: str, *, lock: bool = False) -> Draft | None:
    """The draft, or another with its text in its place: its case may have been passed on."""
    written = await session.get(Draft, draft_id)
    if written is None:
        return None
    case = await session.get_one(Case, written.case_id, with_for_update=lock)
    shown = await proposed_draft(session, case)
    return shown if shown is not None and shown.text == written.text else None

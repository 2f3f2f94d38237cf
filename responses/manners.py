"""The model's reading of what agents write, beside the checks of the words."""

from collections import OrderedDict
from collections.abc import Sequence

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
from responses.proposed import composed_draft, proposed_draft
from responses.sending.outbox import enqueue

_KEPT = 500


class Manners:
    """Reads sentences before a transaction begins, and remembers what was said of them inside it.

    Without a model in this process, or before it is loaded, nothing is known: then a draft is read
    afterwards, where there is one, and what is found stands beside it from then on.
    """

    def __init__(
        self, database: Database, judge: Judge | None, agent_chat: AgentChat = lambda agent: None
    ) -> None:
        self._database = database
        self._judge = judge
        self._agent_chat = agent_chat
        self._said: OrderedDict[str, str | None] = OrderedDict()

    async def read(self, text: str) -> None:
        """Has the model read the sentences of a text that is not known yet."""
        new = [words for _, words in sentences_of(text) if words not in self._said]
        if self._judge is None or not new:
            return
        said = await self._judge(new)
        for words, label in zip(new, said or (), strict=said is not None):
            self._said[words] = label
        while len(self._said) > _KEPT:
            self._said.popitem(last=False)

    def found(self, text: str, composed: str | None, beside: Sequence[Finding]) -> list[Finding] | None:
        """What the model has said of a text, beside what the checks found; None where it has not read it."""
        sentences = own_sentences(text, composed)
        if any(words not in self._said for _, words in sentences):
            return None
        return findings_of(sentences, [self._said[words] for _, words in sentences], beside)

    async def run(self, draft_id: str) -> None:
        """Reads a draft that was written unread; adds what is found, and tells its agent.

        Their card has left by then.
        """
        async with self._database.reading() as session:
            draft = await _on_table(session, draft_id)
            if draft is None:
                return
            text = draft.text
        await self.read(text)
        async with self._database.writing() as session:
            draft = await _on_table(session, draft_id, lock=True)
            if draft is None:
                return
            composed = await composed_draft(session, draft)
            beside = [from_json(Finding, one) for one in draft.findings]
            found = self.found(text, composed.text if composed is not None else None, beside)
            if not found:
                return
            draft.findings = [*draft.findings, *(to_json(one) for one in found)]
            writer = await session.get(Agent, draft.edited_by)
            chat = self._agent_chat(writer) if writer is not None else None
            if writer is not None and chat is not None:
                advice = "\n".join(advice_for(one, next(iter(writer.languages), "")) for one in found)
                await enqueue(
                    session,
                    purpose=Purpose.CARD,
                    dedupe_key=f"manner:{draft.id}",
                    chat_key=chat,
                    content={"agent": True, "text": advice, "case": draft.case_id},
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

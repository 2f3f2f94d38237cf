"""A press on a card, and what every button under one needs to do its work."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.prompts import put_prompt
from bot.cards.keyboards import Rows, buttons_of
from bot.context import Context, Press
from bot.posts import post
from bot.telegram.address import chat_key
from bot.words import words_for
from models.tables import Agent, Card, Case
from responses.approving.rights import Bound
from responses.errors import BlockedError
from responses.intake.inbox import has_unprocessed
from responses.policy import Policy
from responses.policy.fact_names import FactNames
from responses.views import CaseView, view_case


class CardPress:
    """One press on a card that belongs to who pressed, in the transaction that settles the press."""

    def __init__(self, context: Context, session: AsyncSession, press: Press, card: Card) -> None:
        self.context = context
        self.road = context.road
        self.session = session
        self.agent = press.agent
        self.reader = press.reader
        self.pressed = press.pressed
        self.chat = press.row.chat_key
        self.message = press.message
        self.card = card
        self.words = press.words

    @property
    def chosen(self) -> str:
        """What the button carries first, empty where it carries nothing."""
        return self.pressed.choice[0] if self.pressed.choice else ""

    async def view(self, case: Case) -> CaseView:
        """The case as it is shown, in the business's time zone."""
        return await view_case(self.session, case, self.road.config.timezone)

    async def policy_of(self, case: Case) -> Policy:
        """The policy that judges the case."""
        return await self.road.policies.in_force(self.session, case.audience, case.incident_at)

    async def names_of(self, case: Case) -> FactNames:
        """What the case's facts are called, in the words of who pressed."""
        return FactNames(await self.policy_of(case), self.words.language)

    async def check_current(self, case: Case) -> None:
        """The card shows the case as it stands.

        Raises:
            BlockedError: `new_message` or `stale`.
        """
        if await has_unprocessed(self.session, case.chat_key) or case.triage_due_at is not None:
            raise BlockedError("new_message")
        if case.revision != self.card.revision:
            raise BlockedError("stale")

    def bound(self) -> Bound:
        """The draft that the card shows.

        Raises:
            BlockedError: `gone` for a card without one.
        """
        card = self.card
        if card.draft_id is None or card.draft_sha256 is None:
            raise BlockedError("gone")
        return Bound(draft_id=card.draft_id, revision=card.revision, sha256=card.draft_sha256)

    async def back(self, _case: Case) -> Rows:
        """The buttons the card has by itself."""
        return (await buttons_of(self.session, self.road, self.card, self.reader, self.words)).rows

    async def say(self, key: str, **values: object) -> None:
        """Answers under the card, by the key of its wording."""
        await self.tell_back(self.words(key, **values))

    async def tell_back(self, text: str, buttons: Rows | None = None) -> None:
        """Answers under the card."""
        await post(
            self.session,
            self.chat,
            text,
            case_id=self.card.case_id,
            reply_to=self.message,
            buttons=buttons or (),
        )

    async def tell(self, agent: Agent, case: Case, key: str, **values: object) -> None:
        """Tells an agent about the case, in a chat of their own; nothing where they have none."""
        if agent.telegram_id is None:
            return
        chat = chat_key(self.context.bot_id, agent.telegram_id)
        text = words_for(agent)(key, number=case.number, **values)
        await post(self.session, chat, text, case_id=case.id)

    async def put_prompt(
        self,
        case: Case,
        purpose: str,
        text: str,
        fact: str | None = None,
        hint: str = "hint",
        meant: Sequence[str] = (),
    ) -> None:
        """Asks whoever pressed to type, and says what it is about."""
        about: dict[str, object] = {} if fact is None else {"fact": fact}
        about |= {"meant": list(meant)} if meant else {}
        await put_prompt(
            self.session,
            self.agent,
            self.chat,
            text,
            in_group=self.reader is None,
            purpose=purpose,
            case_id=case.id,
            draft_id=self.card.draft_id,
            hint=self.words(hint if fact is None else "hint_fact"),
            reply_to=self.message,
            **about,
        )

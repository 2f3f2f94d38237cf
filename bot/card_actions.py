"""What the buttons under a card do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from bot.address import chat_key
from bot.buttons import Action
from bot.cards import agent_facts, fact_label, spoken
from bot.colleagues import show_card
from bot.context import Context, Press
from bot.keyboards import (
    NONE_CHOSEN,
    Rows,
    WhyNot,
    approval_of,
    buttons_of,
    colleagues_rows,
    fact_value,
    files_of,
    force_rows,
    give_back_row,
    reason_rows,
    verdict_of,
    why_not,
    why_not_rows,
)
from bot.known_facts import TYPED, fact_of_key, known_rows, value_rows
from bot.posts import post, post_files, post_long
from bot.prompts import OFF_POLICY, put_prompt
from bot.put_vouchers import voucher_rows
from bot.refusals import refuse
from bot.similar import tell_similar
from bot.unsaid import (
    Whose,
    day_rows,
    meant_by,
    meant_rows,
    owner_of,
    owner_rows,
    split_whose,
    terms_by,
    word_rows,
)
from bot.words import words_for
from models.clock import utcnow
from models.decision import Duration, DurationUnit, MissingFact, Role
from models.errors import ForbiddenTransitionError
from models.states import CaseState, DraftState, EditReason, Verdict
from models.tables import Agent, Card, Case, Draft
from responses.agents import rank, working_agents
from responses.approval import give_edit_reason
from responses.cases import claim, holder_of
from responses.checks.advising import may_overrule
from responses.choosing import choose_for, overrule
from responses.drafts.dates import format_due
from responses.drafts.errors import DraftError
from responses.erasure import check_not_erased
from responses.errors import BlockedError, NotAllowedError
from responses.facts import give_fact
from responses.holding import pass_on, take_over
from responses.hours import OpeningHours
from responses.inbox import has_unprocessed
from responses.outbox import enqueue_card
from responses.preferences import Preference, set_preference
from responses.proof import vouch
from responses.proposed import composed_draft, proposed_draft
from responses.rearranging import merge, split_off
from responses.rights import Bound, check_free
from responses.signalling import dismiss
from responses.spending import ABOVE_BUDGET, decide_anew
from responses.views import CaseView, view_case
from responses.withholding import UnsaidError
from responses.word_given import WordGiven, WordGivenError

_MAX_COLLEAGUES = 20
_MAX_FILES = 10
_LATER_DAYS = (2, 3, 5)
_PROMPTS: Mapping[Action, str] = {Action.EDIT: "edit", Action.ASK: "ask", Action.DECLINE: "decline"}


class CardActions:
    """One press on a card that belongs to who pressed, in the transaction that settles the press."""

    def __init__(self, context: Context, session: AsyncSession, press: Press, card: Card) -> None:
        self._context = context
        self._road = context.road
        self._session = session
        self._agent = press.agent
        self._reader = press.reader
        self._pressed = press.pressed
        self._chat = press.row.chat_key
        self._message = press.message
        self._card = card
        self._words = press.words

    async def act(self) -> Rows | None:
        """Does what the button says; returns the buttons the card shall have now, None to leave them."""
        actions: Mapping[Action, Callable[[Case], Awaitable[Rows | None]]] = {
            Action.APPROVE: self._approve,
            Action.MEANT: self._approve,
            Action.TAKE_OUT: self._take_out,
            Action.UNDO: self._undo,
            Action.EDIT_REASON: self._give_reason,
            Action.EDIT: self._prompt,
            Action.ASK: self._prompt,
            Action.DECLINE: self._prompt,
            Action.EDIT_BY_FORCE: self._prompt,
            Action.DISCARD: self._discard,
            Action.VOUCHERS: self._offer_vouchers,
            Action.PUT_VOUCHER: self._put_voucher,
            Action.PASS_ON: self._offer_colleagues,
            Action.PASS_TO: self._pass_to,
            Action.TAKE_OVER: self._take_over,
            Action.TAKE_BY_FORCE: self._take_over,
            Action.BACK: self._back,
            Action.WORDS: self._all_words,
            Action.FILES: self._files,
            Action.SIMILAR: self._similar,
            Action.FACT: self._fact,
            Action.FACT_TYPED: self._ask_fact,
            Action.KNOWN: self._known,
            Action.CORRECT: self._correct,
            Action.VOUCH: self._vouch,
            Action.SPLIT: self._split,
            Action.MERGE: self._merge,
            Action.CHOOSE_FOR: self._choose_for,
            Action.NO_CHOICE: self._no_choice,
            Action.PREFER: self._prefer,
            Action.SIGNAL: self._ask_why_not,
            Action.DISMISS: self._dismiss,
        }
        case = await self._session.get_one(Case, self._card.case_id, with_for_update=True)
        act = actions.get(self._pressed.action)
        if act is None:
            return None
        try:
            async with self._session.begin_nested():
                await check_not_erased(self._session, case)
                return await act(case)
        except ForbiddenTransitionError:
            error: BlockedError = BlockedError("stale")
        except DraftError:
            error = BlockedError("slot")
        except BlockedError as blocked:
            error = blocked
        await self._session.refresh(case)
        if error.reason == ABOVE_BUDGET:
            await decide_anew(self._session, case)
        if may_overrule(error):
            await self._ask_why(case, error)
            return None
        await refuse(
            self._context,
            self._session,
            self._agent,
            self._chat,
            self._words,
            error,
            case=case,
            since=self._card.created_at,
            reply_to=self._message,
        )
        return await self._second_press(case, error)

    async def _second_press(self, case: Case, error: BlockedError) -> Rows | None:
        holder = await holder_of(self._session, case, utcnow())
        if error.reason != "claimed" or holder is None:
            return None
        if self._pressed.action == Action.TAKE_OVER:
            return force_rows(self._card, holder.name, self._words, Action.TAKE_BY_FORCE)
        if self._pressed.action in _PROMPTS:
            purpose = _PROMPTS[self._pressed.action]
            return force_rows(self._card, holder.name, self._words, Action.EDIT_BY_FORCE, purpose)
        return None

    async def _check_current(self, case: Case) -> None:
        """The card shows the case as it stands.

        Raises:
            BlockedError: `new_message` or `stale`.
        """
        if await has_unprocessed(self._session, case.chat_key) or case.triage_due_at is not None:
            raise BlockedError("new_message")
        if case.revision != self._card.revision:
            raise BlockedError("stale")

    def _bound(self) -> Bound:
        card = self._card
        if card.draft_id is None or card.draft_sha256 is None:
            raise BlockedError("gone")
        return Bound(draft_id=card.draft_id, revision=card.revision, sha256=card.draft_sha256)

    async def _say(self, key: str, **values: object) -> None:
        await self._tell_back(self._words(key, **values))

    async def _tell_back(self, text: str, buttons: Rows | None = None) -> None:
        await post(
            self._session,
            self._chat,
            text,
            case_id=self._card.case_id,
            reply_to=self._message,
            buttons=buttons or (),
        )

    async def _approve(self, case: Case) -> Rows | None:
        bound = self._bound()
        draft = await self._session.get_one(Draft, bound.draft_id)
        if draft.state == DraftState.APPROVED:
            # Pressed twice, or by two people: it is on its way, and nothing more is to be done.
            approval = await approval_of(self._session, draft)
            if approval is not None and approval.agent_id != self._agent.id:
                approver = await self._session.get_one(Agent, approval.agent_id)
                await self._say("approved_by", name=approver.name)
            return None
        policy = await self._road.policies.in_force(self._session, case.audience, case.incident_at)
        said, whose = split_whose(self._said())
        terms = terms_by(said, await working_agents(self._session))
        try:
            await self._road.approvals.approve(
                self._session, self._agent, bound, policy.hours, meant=meant_by(said), terms=terms
            )
        except UnsaidError as asked:
            rows = meant_rows(self._card, asked.unsaid[0], said, self._words)
            if not said:
                await self._tell_back(self._words.blocked(asked, self._road.config.timezone))
            return rows
        except WordGivenError as asked_about:
            given = asked_about.given[0]
            if given.dated:
                return await self._ask_of_word(given, said)
            return await self._ask_of_day(given, said, whose, policy.hours)
        return None

    async def _ask_of_day(
        self, given: WordGiven, said: Sequence[str], whose: Whose | None, hours: OpeningHours
    ) -> Rows:
        """Asks by when it is kept, the next working day first, and whose it is where a colleague's."""
        if whose is None or whose.key != given.key:
            await self._say("word_undated", words=given.words, who=self._agent.name)
            return day_rows(self._card, given, self._days(given, hours), said, self._words)
        agents = await working_agents(self._session)
        if whose.owner is None:
            others = [one for one in agents if one.id != self._agent.id][:_MAX_COLLEAGUES]
            return owner_rows(self._card, given, others, said, self._words, agents)
        owner = owner_of(whose.owner, agents)
        return day_rows(self._card, given, self._days(given, hours), said, self._words, owner, agents)

    def _days(self, given: WordGiven, hours: OpeningHours) -> list[tuple[date, str]]:
        """The day that is proposed and the working days after it, as a button tells them."""
        language, timezone = self._words.language, self._road.config.timezone
        now = utcnow()
        today = now.astimezone(timezone).date()
        later = (
            hours.add(Duration(count=count, unit=DurationUnit.WORKING_DAYS), now) for count in _LATER_DAYS
        )
        return [
            (due.astimezone(timezone).date(), format_due(due, language, timezone, today=today))
            for due in (given.due_at, *later)
        ]

    async def _ask_of_word(self, given: WordGiven, said: Sequence[str]) -> Rows:
        """Says whose promise it becomes and by when, before anything is sent."""
        language, timezone = self._words.language, self._road.config.timezone
        today, with_time = utcnow().astimezone(timezone).date(), given.promise.minute is not None
        due = format_due(given.due_at, language, timezone, with_time=with_time, today=today)
        rows = word_rows(self._card, given, due, said, self._words)
        await self._say("word_given", words=given.words, who=self._agent.name, due=due)
        return rows

    async def _take_out(self, case: Case) -> None:
        """Takes a promise out of the text; what is left comes as a card of its own, to be read."""
        await self._check_current(case)
        key = self._pressed.choice[0] if self._pressed.choice else ""
        policy = await self._road.policies.in_force(self._session, case.audience, case.incident_at)
        approvals = self._road.approvals
        draft = await approvals.take_out(self._session, self._agent, self._bound(), key, policy.hours)
        await self._say("word_gone")
        await show_card(self._context, self._session, self._agent, self._chat, case, draft)

    def _said(self) -> tuple[str, ...]:
        """What this agent has answered so far about what the text leaves out."""
        return self._pressed.choice if self._pressed.action == Action.MEANT else ()

    async def _undo(self, case: Case) -> None:
        draft = await self._session.get_one(Draft, self._bound().draft_id)
        approval = await approval_of(self._session, draft)
        if approval is None:
            return
        again = await self._road.approvals.undo(self._session, self._agent, approval.id)
        await self._say("undone")
        if again is not None:
            # Showing to all cancels the cards that wait to leave: this agent's own comes after it.
            await self._road.triage.show(self._session, case, again)
            await enqueue_card(self._session, case, self._reader, self._chat, again)

    async def _give_reason(self, case: Case) -> Rows:
        draft = await self._session.get_one(Draft, self._bound().draft_id)
        verdict = await verdict_of(self._session, draft)
        chosen = self._pressed.choice[0] if self._pressed.choice else ""
        if verdict is None or chosen not in set(EditReason):
            raise BlockedError("gone")
        await give_edit_reason(self._session, self._agent, verdict, EditReason(chosen))
        # What asked about a draft thrown away has nothing more to ask.
        return [] if verdict.verdict == Verdict.DISCARD else await self._back(case)

    async def _prompt(self, case: Case) -> None:
        forced = self._pressed.action == Action.EDIT_BY_FORCE
        purpose = (
            self._pressed.choice[0] if forced and self._pressed.choice else _PROMPTS.get(self._pressed.action)
        )
        if purpose not in _PROMPTS.values():
            raise BlockedError("gone")
        await self._check_current(case)
        if not forced:
            await check_free(self._session, self._agent, case)
        await self._tell_first(case, await claim(self._session, case, self._agent, force=forced))
        await self._put_prompt(case, str(purpose), self._words(f"prompt_{purpose}", number=case.number))

    async def _ask_fact(self, case: Case) -> None:
        fact = await self._fact_pressed(case)
        label = fact_label(fact, self._words)
        await self._put_prompt(case, "fact", self._words("prompt_fact", fact=label), fact=fact.name)

    async def _ask_why(self, case: Case, error: BlockedError) -> None:
        """The text gives what was not decided, and this agent may send it all the same: with a reason."""
        said = self._words.blocked(error, self._road.config.timezone)
        await self._put_prompt(
            case,
            OFF_POLICY,
            f"{said}\n\n{self._words('prompt_off_policy')}",
            hint="hint_off_policy",
            meant=self._said(),
        )

    async def _put_prompt(
        self,
        case: Case,
        purpose: str,
        text: str,
        fact: str | None = None,
        hint: str = "hint",
        meant: Sequence[str] = (),
    ) -> None:
        about: dict[str, object] = {} if fact is None else {"fact": fact}
        about |= {"meant": list(meant)} if meant else {}
        await put_prompt(
            self._session,
            self._agent,
            self._chat,
            text,
            in_group=self._reader is None,
            purpose=purpose,
            case_id=case.id,
            draft_id=self._card.draft_id,
            hint=self._words(hint if fact is None else "hint_fact"),
            reply_to=self._message,
            **about,
        )

    async def _discard(self, case: Case) -> None:
        bound = self._bound()
        await self._road.approvals.discard(self._session, self._agent, bound, None)
        said = self._words("discarded", number=case.number)
        draft = await self._session.get_one(Draft, bound.draft_id)
        if await composed_draft(self._session, draft) is None:
            await self._tell_back(said)
        else:
            # Not under the card: in a group the next one takes its place.
            asked = f"{said} {self._words('why_discarded')}"
            await self._tell_back(asked, reason_rows(self._card, self._words))
        await enqueue_card(self._session, case, self._reader, self._chat, None)

    async def _offer_vouchers(self, case: Case) -> Rows:
        await self._check_current(case)
        return await voucher_rows(self._session, self._road, self._card, case, self._words)

    async def _put_voucher(self, case: Case) -> None:
        """Puts a voucher into the text; what came of it comes as a card of its own, to be read."""
        await self._check_current(case)
        chosen = self._pressed.choice[0] if self._pressed.choice else ""
        if not chosen.isdecimal():
            raise BlockedError("gone")
        draft = await self._road.approvals.put_voucher(
            self._session,
            self._agent,
            case,
            self._bound() if self._card.draft_id is not None else None,
            int(chosen),
            language=case.language or self._words.language,
        )
        await self._say("voucher_put")
        await show_card(self._context, self._session, self._agent, self._chat, case, draft)

    async def _offer_colleagues(self, _case: Case) -> Rows:
        others = [agent for agent in await working_agents(self._session) if agent.id != self._agent.id]
        return colleagues_rows(self._card, others[:_MAX_COLLEAGUES], self._words)

    async def _pass_to(self, case: Case) -> None:
        await self._check_current(case)
        chosen = self._pressed.choice[0] if self._pressed.choice else ""
        target = None
        if chosen != Role.SUPERVISOR:
            target = await self._session.get(Agent, chosen)
            if target is None or target.removed_at is not None:
                raise BlockedError("gone")
        await pass_on(self._session, self._agent, case, to=target, reason=None)
        if target is None:
            await self._say("passed_to_supervisor", number=case.number)
        else:
            await self._say("passed_to", number=case.number, name=target.name)
            await self._tell(target, case, "passed_to_you", name=self._agent.name)
        await self._road.triage.show(self._session, case, await proposed_draft(self._session, case))

    async def _take_over(self, case: Case) -> None:
        holder = await holder_of(self._session, case, utcnow())
        if case.state == CaseState.TAKEN_OVER and holder is not None and holder.id == self._agent.id:
            return
        forced = self._pressed.action == Action.TAKE_BY_FORCE
        taken_from = await take_over(self._session, self._agent, case, force=forced)
        await self._tell_first(case, taken_from)
        said = self._words("taken_over", number=case.number)
        if self._reader is None:
            said = self._words("taken_over_group", number=case.number, name=self._agent.name)
        await post(
            self._session,
            self._chat,
            said,
            case_id=case.id,
            reply_to=self._message,
            buttons=[give_back_row(case, self._words)],
        )

    async def _tell_first(self, case: Case, taken_from: Agent | None) -> None:
        if taken_from is not None:
            await self._tell(taken_from, case, "taken_from_you", name=self._agent.name)

    async def _tell(self, agent: Agent, case: Case, key: str, **values: object) -> None:
        if agent.telegram_id is None:
            return
        chat = chat_key(self._context.bot_id, agent.telegram_id)
        text = words_for(agent)(key, number=case.number, **values)
        await post(self._session, chat, text, case_id=case.id)

    async def _back(self, _case: Case) -> Rows:
        return (await buttons_of(self._session, self._road, self._card, self._reader, self._words)).rows

    async def _view(self, case: Case) -> CaseView:
        return await view_case(self._session, case, self._road.config.timezone)

    async def _all_words(self, case: Case) -> None:
        view = await self._view(case)
        said = "\n\n".join(spoken(message, self._words) for message in view.unread)
        text = f"{self._words('words_of', number=case.number)}\n\n{said}"
        await post_long(self._session, self._chat, text, case_id=case.id, reply_to=self._message)

    async def _files(self, case: Case) -> None:
        view = await self._view(case)
        files = await files_of(self._session, [shown.message.id for shown in view.messages])
        if not files:
            await self._say("no_files")
        await post_files(
            self._session,
            self._chat,
            files[-_MAX_FILES:],
            caption=self._words("file_caption", number=case.number),
            voice_caption=self._words("voice_caption", number=case.number),
            case_id=case.id,
            reply_to=self._message,
        )

    async def _similar(self, case: Case) -> None:
        await tell_similar(self._session, self._agent, self._reader, self._chat, case, self._message)

    async def _split(self, case: Case) -> Rows:
        await self._check_current(case)
        unread = (await self._view(case)).unread
        new = await split_off(self._session, self._agent, unread[-1].id if unread else "")
        await self._say("split", number=new.number)
        return []

    async def _merge(self, case: Case) -> Rows:
        await self._check_current(case)
        chosen = self._pressed.choice[0] if self._pressed.choice else ""
        into = await self._session.get(Case, chosen, with_for_update=True)
        if into is None:
            raise BlockedError("gone")
        await merge(self._session, self._agent, case, into)
        await self._say("merged", number=into.number)
        return []

    async def _choose_for(self, case: Case) -> None:
        await self._check_current(case)
        key, said = (*self._pressed.choice, "", "")[:2]
        if said != NONE_CHOSEN and not said.isdecimal():
            raise BlockedError("gone")
        option = None if said == NONE_CHOSEN else int(said)
        road = self._road
        await choose_for(
            self._session,
            road.texts,
            self._agent,
            case,
            key,
            option,
            policies=road.policies,
            now=utcnow(),
        )
        await self._say("choice_none_noted" if option is None else "choice_noted", number=case.number)

    async def _no_choice(self, case: Case) -> None:
        await self._check_current(case)
        await overrule(self._session, self._agent, case, utcnow())

    async def _prefer(self, case: Case) -> Rows:
        await self._check_current(case)
        kind = self._pressed.choice[0] if self._pressed.choice else ""
        await set_preference(self._session, self._agent, case, Preference.REMEDY, kind)
        await self._say("preference_kept", number=case.number)
        return await self._back(case)

    async def _ask_why_not(self, _case: Case) -> Rows:
        self._check_supervises()
        return why_not_rows(self._card, self._pressed.choice[0] if self._pressed.choice else "", self._words)

    async def _dismiss(self, case: Case) -> Rows:
        """The signal does not hold. The customer's other cases are looked at once this is kept."""
        self._check_supervises()
        signal_id, reason = (*self._pressed.choice, "", "")[:2]
        if reason not in set(WhyNot):
            raise BlockedError("gone")
        await dismiss(self._session, self._agent, case, signal_id, why_not(WhyNot(reason), self._words))
        await self._say("signal_dismissed", number=case.number)
        return await self._back(case)

    def _check_supervises(self) -> None:
        if rank(self._agent.role) < rank(Role.SUPERVISOR):
            raise NotAllowedError("signal_role")

    async def _fact(self, case: Case) -> None:
        fact = await self._fact_pressed(case)
        choice = self._pressed.choice[1] if len(self._pressed.choice) > 1 else ""
        policy = await self._road.policies.in_force(self._session, case.audience, case.incident_at)
        raw = fact_value(fact, choice)
        await give_fact(self._session, self._agent, case, fact.name, raw, policy)
        await self._say("fact_kept", number=case.number)

    async def _known(self, case: Case) -> Rows:
        await self._check_current(case)
        policy = await self._road.policies.in_force(self._session, case.audience, case.incident_at)
        return known_rows(self._card, await self._view(case), policy, self._words)

    async def _correct(self, case: Case) -> Rows:
        """First which fact, then what it is: by a button, or typed."""
        await self._check_current(case)
        policy = await self._road.policies.in_force(self._session, case.audience, case.incident_at)
        key, choice = (*self._pressed.choice, "", "")[:2]
        found = fact_of_key(await self._view(case), policy, key, self._words)
        if found is None:
            raise BlockedError("fact_unknown")
        fact, noun = found
        if not choice:
            return value_rows(self._card, fact, noun, self._words)
        if choice == TYPED:
            await self._put_prompt(case, "fact", self._words("prompt_fact", fact=noun), fact=fact.name)
            return await self._back(case)
        await give_fact(self._session, self._agent, case, fact.name, fact_value(fact, choice), policy)
        await self._say("fact_kept", number=case.number)
        return []

    async def _vouch(self, case: Case) -> None:
        await self._check_current(case)
        await vouch(self._session, self._agent, case)
        await self._say("fact_kept", number=case.number)

    async def _fact_pressed(self, case: Case) -> MissingFact:
        await self._check_current(case)
        facts = agent_facts(await self._view(case))
        index = self._pressed.choice[0] if self._pressed.choice else ""
        if not index.isdecimal() or int(index) >= len(facts):
            raise BlockedError("fact_unknown")
        return facts[int(index)]

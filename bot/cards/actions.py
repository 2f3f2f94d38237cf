"""What the buttons under a card do."""

from collections.abc import Awaitable, Callable, Mapping

from bot.agents.prompts import OFF_POLICY
from bot.buttons import Action
from bot.cards.behind import show_behind
from bot.cards.dismissing import ask_why_not, dismiss_pressed
from bot.cards.facts import ask_fact, correct_fact, count_for, show_known, take_fact, vouch_for
from bot.cards.head import spoken
from bot.cards.keyboards import (
    MAX_COLLEAGUES,
    NONE_CHOSEN,
    Rows,
    approval_of,
    colleagues_rows,
    files_of,
    force_rows,
    give_back_row,
    reason_rows,
    verdict_of,
)
from bot.cards.press import CardPress
from bot.cards.put_vouchers import offer_vouchers, put_voucher
from bot.cards.similar import tell_similar
from bot.cards.text_promises import ask_of_promise, take_out
from bot.cards.unsaid import meant_by, meant_rows, split_whose, terms_by
from bot.posts import post, post_files, post_long
from bot.refusals import refuse
from models.clock import utcnow
from models.decision import Role
from models.errors import ForbiddenTransitionError
from models.states import CaseState, DraftState, EditReason, Verdict
from models.tables import Agent, Case, Draft
from responses.approving.rights import check_free
from responses.approving.spending import ABOVE_BUDGET, decide_anew
from responses.approving.withholding import UnsaidError
from responses.cases import claim, holder_of
from responses.checks.advising import may_overrule
from responses.choices.choosing import choose_for, overrule
from responses.customers.preferences import Preference, set_preference
from responses.drafts.errors import DraftError
from responses.errors import BlockedError
from responses.people.agents import working_agents
from responses.people.holding import pass_on, take_over
from responses.privacy.erasure import check_not_erased
from responses.promises.word_given import WordGivenError
from responses.proposed import composed_draft, give_edit_reason, proposed_draft
from responses.rearranging import merge, split_off
from responses.sending.outbox import enqueue_card

_MAX_FILES = 10
_PROMPTS: Mapping[Action, str] = {Action.EDIT: "edit", Action.ASK: "ask", Action.DECLINE: "decline"}


async def act_on_card(press: CardPress) -> Rows | None:
    """Does what the button says; returns the buttons the card shall have now, None to leave them."""
    case = await press.session.get_one(Case, press.card.case_id, with_for_update=True)
    act = _ACTIONS.get(press.pressed.action)
    if act is None:
        return None
    try:
        async with press.session.begin_nested():
            await check_not_erased(press.session, case)
            return await act(press, case)
    except ForbiddenTransitionError:
        error: BlockedError = BlockedError("stale")
    except DraftError:
        error = BlockedError("slot")
    except BlockedError as blocked:
        error = blocked
    await press.session.refresh(case)
    if error.reason == ABOVE_BUDGET:
        await decide_anew(press.session, case)
    if may_overrule(error):
        await _ask_why(press, case, error)
        return None
    await refuse(
        press.context,
        press.session,
        press.agent,
        press.chat,
        press.words,
        error,
        case=case,
        since=press.card.created_at,
        reply_to=press.message,
    )
    return await _second_press(press, case, error)


async def _second_press(press: CardPress, case: Case, error: BlockedError) -> Rows | None:
    holder = await holder_of(press.session, case, utcnow())
    if error.reason != "claimed" or holder is None:
        return None
    if press.pressed.action == Action.TAKE_OVER:
        return force_rows(press.card, holder.name, press.words, Action.TAKE_BY_FORCE)
    if press.pressed.action in _PROMPTS:
        purpose = _PROMPTS[press.pressed.action]
        return force_rows(press.card, holder.name, press.words, Action.EDIT_BY_FORCE, purpose)
    return None


async def _approve(press: CardPress, case: Case) -> Rows | None:
    bound = press.bound()
    draft = await press.session.get_one(Draft, bound.draft_id)
    if draft.state == DraftState.APPROVED:
        # Pressed twice, or by two people: it is on its way, and nothing more is to be done.
        approval = await approval_of(press.session, draft)
        if approval is not None and approval.agent_id != press.agent.id:
            approver = await press.session.get_one(Agent, approval.agent_id)
            await press.say("approved_by", name=approver.name)
        return None
    policy = await press.policy_of(case)
    said, whose = split_whose(_said(press))
    terms = terms_by(said, await working_agents(press.session))
    try:
        await press.road.approvals.approve(
            press.session, press.agent, bound, policy.hours, meant=meant_by(said), terms=terms
        )
    except UnsaidError as asked:
        rows = meant_rows(press.card, asked.unsaid[0], said, press.words)
        if not said:
            await press.tell_back(press.words.blocked(asked, press.road.config.timezone))
        return rows
    except WordGivenError as asked_about:
        return await ask_of_promise(press, asked_about.given[0], said, whose, policy.hours)
    return None


def _said(press: CardPress) -> tuple[str, ...]:
    """What this agent has answered so far about what the text leaves out."""
    return press.pressed.choice if press.pressed.action == Action.MEANT else ()


async def _undo(press: CardPress, case: Case) -> None:
    draft = await press.session.get_one(Draft, press.bound().draft_id)
    approval = await approval_of(press.session, draft)
    if approval is None:
        return
    again = await press.road.approvals.undo(press.session, press.agent, approval.id)
    await press.say("undone")
    if again is not None:
        # Showing to all cancels the cards that wait to leave: this agent's own comes after it.
        await press.road.triage.show(press.session, case, again)
        await enqueue_card(press.session, case, press.reader, press.chat, again)


async def _give_reason(press: CardPress, case: Case) -> Rows:
    draft = await press.session.get_one(Draft, press.bound().draft_id)
    verdict = await verdict_of(press.session, draft)
    chosen = press.chosen
    if verdict is None or chosen not in set(EditReason):
        raise BlockedError("gone")
    await give_edit_reason(press.session, press.agent, verdict, EditReason(chosen))
    # What asked about a draft thrown away has nothing more to ask.
    return [] if verdict.verdict == Verdict.DISCARD else await press.back(case)


async def _prompt(press: CardPress, case: Case) -> None:
    forced = press.pressed.action == Action.EDIT_BY_FORCE
    purpose = (
        press.pressed.choice[0] if forced and press.pressed.choice else _PROMPTS.get(press.pressed.action)
    )
    if purpose not in _PROMPTS.values():
        raise BlockedError("gone")
    await press.check_current(case)
    if not forced:
        await check_free(press.session, press.agent, case)
    await _tell_first(press, case, await claim(press.session, case, press.agent, force=forced))
    await press.put_prompt(case, str(purpose), press.words(f"prompt_{purpose}", number=case.number))


async def _ask_why(press: CardPress, case: Case, error: BlockedError) -> None:
    """The text gives what was not decided, and this agent may send it all the same: with a reason."""
    said = press.words.blocked(error, press.road.config.timezone)
    await press.put_prompt(
        case,
        OFF_POLICY,
        f"{said}\n\n{press.words('prompt_off_policy')}",
        hint="hint_off_policy",
        meant=_said(press),
    )


async def _discard(press: CardPress, case: Case) -> None:
    bound = press.bound()
    await press.road.approvals.discard(press.session, press.agent, bound, None)
    said = press.words("discarded", number=case.number)
    draft = await press.session.get_one(Draft, bound.draft_id)
    if await composed_draft(press.session, draft) is None:
        await press.tell_back(said)
    else:
        # Not under the card: in a group the next one takes its place.
        asked = f"{said} {press.words('why_discarded')}"
        await press.tell_back(asked, reason_rows(press.card, press.words))
    await enqueue_card(press.session, case, press.reader, press.chat, None)


async def _offer_colleagues(press: CardPress, _case: Case) -> Rows:
    others = [agent for agent in await working_agents(press.session) if agent.id != press.agent.id]
    return colleagues_rows(press.card, others[:MAX_COLLEAGUES], press.words)


async def _pass_to(press: CardPress, case: Case) -> None:
    await press.check_current(case)
    chosen = press.chosen
    target = None
    if chosen != Role.SUPERVISOR:
        target = await press.session.get(Agent, chosen)
        if target is None or target.removed_at is not None:
            raise BlockedError("gone")
    await pass_on(press.session, press.agent, case, to=target, reason=None)
    if target is None:
        await press.say("passed_to_supervisor", number=case.number)
    else:
        await press.say("passed_to", number=case.number, name=target.name)
        await press.tell(target, case, "passed_to_you", name=press.agent.name)
    await press.road.triage.show(press.session, case, await proposed_draft(press.session, case))


async def _take_over(press: CardPress, case: Case) -> None:
    holder = await holder_of(press.session, case, utcnow())
    if case.state == CaseState.TAKEN_OVER and holder is not None and holder.id == press.agent.id:
        return
    forced = press.pressed.action == Action.TAKE_BY_FORCE
    taken_from = await take_over(press.session, press.agent, case, force=forced)
    await _tell_first(press, case, taken_from)
    said = press.words("taken_over", number=case.number)
    if press.reader is None:
        said = press.words("taken_over_group", number=case.number, name=press.agent.name)
    await post(
        press.session,
        press.chat,
        said,
        case_id=case.id,
        reply_to=press.message,
        buttons=[give_back_row(case, press.words)],
    )


async def _tell_first(press: CardPress, case: Case, taken_from: Agent | None) -> None:
    if taken_from is not None:
        await press.tell(taken_from, case, "taken_from_you", name=press.agent.name)


async def _all_words(press: CardPress, case: Case) -> None:
    view = await press.view(case)
    said = "\n\n".join(spoken(message, press.words) for message in view.unread)
    text = f"{press.words('words_of', number=case.number)}\n\n{said}"
    await post_long(press.session, press.chat, text, case_id=case.id, reply_to=press.message)


async def _files(press: CardPress, case: Case) -> None:
    view = await press.view(case)
    files = await files_of(press.session, [shown.message.id for shown in view.messages])
    if not files:
        await press.say("no_files")
    await post_files(
        press.session,
        press.chat,
        files[-_MAX_FILES:],
        caption=press.words("file_caption", number=case.number),
        voice_caption=press.words("voice_caption", number=case.number),
        case_id=case.id,
        reply_to=press.message,
    )


async def _similar(press: CardPress, case: Case) -> None:
    await tell_similar(press.session, press.agent, press.reader, press.chat, case, press.message)


async def _split(press: CardPress, case: Case) -> Rows:
    await press.check_current(case)
    unread = (await press.view(case)).unread
    new = await split_off(press.session, press.agent, unread[-1].id if unread else "")
    await press.say("split", number=new.number)
    return []


async def _merge(press: CardPress, case: Case) -> Rows:
    await press.check_current(case)
    chosen = press.chosen
    into = await press.session.get(Case, chosen, with_for_update=True)
    if into is None:
        raise BlockedError("gone")
    await merge(press.session, press.agent, case, into)
    await press.say("merged", number=into.number)
    return []


async def _choose_for(press: CardPress, case: Case) -> None:
    await press.check_current(case)
    key, said = (*press.pressed.choice, "", "")[:2]
    if said != NONE_CHOSEN and not said.isdecimal():
        raise BlockedError("gone")
    option = None if said == NONE_CHOSEN else int(said)
    road = press.road
    await choose_for(
        press.session,
        road.texts,
        press.agent,
        case,
        key,
        option,
        policies=road.policies,
        now=utcnow(),
    )
    await press.say("choice_none_noted" if option is None else "choice_noted", number=case.number)


async def _no_choice(press: CardPress, case: Case) -> None:
    await press.check_current(case)
    await overrule(press.session, press.agent, case, utcnow())


async def _prefer(press: CardPress, case: Case) -> Rows:
    await press.check_current(case)
    kind = press.chosen
    await set_preference(press.session, press.agent, case, Preference.REMEDY, kind)
    await press.say("preference_kept", number=case.number)
    return await press.back(case)


_ACTIONS: Mapping[Action, Callable[[CardPress, Case], Awaitable[Rows | None]]] = {
    Action.APPROVE: _approve,
    Action.MEANT: _approve,
    Action.TAKE_OUT: take_out,
    Action.UNDO: _undo,
    Action.EDIT_REASON: _give_reason,
    Action.EDIT: _prompt,
    Action.ASK: _prompt,
    Action.DECLINE: _prompt,
    Action.EDIT_BY_FORCE: _prompt,
    Action.DISCARD: _discard,
    Action.VOUCHERS: offer_vouchers,
    Action.PUT_VOUCHER: put_voucher,
    Action.PASS_ON: _offer_colleagues,
    Action.PASS_TO: _pass_to,
    Action.TAKE_OVER: _take_over,
    Action.TAKE_BY_FORCE: _take_over,
    Action.BACK: CardPress.back,
    Action.WORDS: _all_words,
    Action.FILES: _files,
    Action.SIMILAR: _similar,
    Action.FACT: take_fact,
    Action.FACT_TYPED: ask_fact,
    Action.KNOWN: show_known,
    Action.CORRECT: correct_fact,
    Action.VOUCH: vouch_for,
    Action.COUNT_FOR: count_for,
    Action.SPLIT: _split,
    Action.MERGE: _merge,
    Action.CHOOSE_FOR: _choose_for,
    Action.NO_CHOICE: _no_choice,
    Action.PREFER: _prefer,
    Action.SIGNAL: ask_why_not,
    Action.DISMISS: dismiss_pressed,
    Action.EVIDENCE: show_behind,
    Action.DEALINGS: show_behind,
}

"""Which buttons a card has at this moment: one place that says it, whatever brought the moment about."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.buttons import Action, Button, data_of
from bot.cards.dealings import summary
from bot.cards.head import MAX_WORDS, agent_facts, words_shown
from bot.cards.known_facts import MAX_VALUE, button_name, choice_label
from bot.words import Words, clock_time
from models.clock import utcnow
from models.decision import MissingFact, Role
from models.states import CaseState, DraftState, EditReason, OutboxState, Verdict
from models.tables import Agent, Approval, Attachment, Card, Case, Draft, OutboxEntry
from responses.cases import OPEN_STATES, holder_of
from responses.choices.replies import ReplyKind
from responses.errors import BlockedError
from responses.people.agents import rank
from responses.policies import NoPolicyError
from responses.policy import Policy
from responses.policy.fact_names import FactNames
from responses.policy.signals import told
from responses.road import Road
from responses.texts import shorten, shorten_at_word
from responses.views import CaseView, view_case
from responses.vouchers.codes import free_values

_MAX_FACTS = 3
_MAX_CHOICES = 4
_MAX_ORDERS = 4
_MAX_LABEL = 60
MAX_COLLEAGUES = 20
NONE_CHOSEN = "none"
"""What a button carries for a choice of which the customer wants nothing."""

Rows = list[list[Button]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A post's text and buttons, to be put in place of what it shows."""

    text: str
    rows: Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class CardButtons:
    """A card's buttons. `is_final`: they will not change any more, whatever happens to the case."""

    rows: Rows
    is_final: bool


async def buttons_of(
    session: AsyncSession, road: Road, card: Card, agent: Agent | None, words: Words
) -> CardButtons:
    """The buttons that belong under `card` now, in the chat of `agent` or (None) in the agents' group."""
    timezone = road.config.timezone
    case = await session.get_one(Case, card.case_id)
    draft = await session.get(Draft, card.draft_id) if card.draft_id is not None else None
    if draft is not None and draft.state == DraftState.APPROVED:
        approval = await approval_of(session, draft)
        if approval is not None:
            return await _after_approval(session, card, approval, agent, words, timezone)
    proposed = draft is None or draft.state == DraftState.PROPOSED
    holder = await holder_of(session, case, utcnow())
    if case.state == CaseState.TAKEN_OVER and holder is not None and not _is(holder, agent):
        # Somebody else talks to the customer: the newest card is still the way to take the case from them.
        is_newest = await _is_newest(session, card)
        rows = force_rows(card, holder.name, words, Action.TAKE_BY_FORCE)[:1] if is_newest else []
        if is_newest and agent is None:
            rows.append(give_back_row(case, words))
        return CardButtons(rows=rows, is_final=not is_newest)
    if case.revision != card.revision or not proposed:
        return CardButtons(rows=[], is_final=True)
    policy = await policy_of(session, road, case)
    names = FactNames(policy, words.language)
    rows = _actions(card, await view_case(session, case, timezone), agent, words, names)
    if policy is not None and await _is_any_loaded(session, road, policy):
        rows.append([Button(text=words("put_voucher"), data=data_of(Action.VOUCHERS, card.key))])
    return CardButtons(rows=rows, is_final=False)


async def policy_of(session: AsyncSession, road: Road, case: Case) -> Policy | None:
    """The policy that judges the case, if there is one."""
    try:
        return await road.policies.in_force(session, case.audience, case.incident_at)
    except NoPolicyError:
        return None


async def _is_any_loaded(session: AsyncSession, road: Road, policy: Policy) -> bool:
    """Whether a code of the business can be put into the case's answer."""
    today = utcnow().astimezone(road.config.timezone).date()
    return bool(await free_values(session, policy.currency, today))


async def _is_newest(session: AsyncSession, card: Card) -> bool:
    query = select(func.max(Card.id)).where(Card.case_id == card.case_id, Card.chat_key == card.chat_key)
    return (await session.scalars(query)).one() == card.id


async def verdict_of(session: AsyncSession, draft: Draft) -> Approval | None:
    """What sent this draft or threw it away, unless it was taken back."""
    query = select(Approval).where(
        Approval.draft_id == draft.id,
        Approval.verdict.in_((Verdict.SEND, Verdict.DISCARD)),
        Approval.undone_at.is_(None),
    )
    return (await session.scalars(query)).one_or_none()


async def approval_of(session: AsyncSession, draft: Draft) -> Approval | None:
    """The approval that sent this draft, unless it was taken back."""
    query = select(Approval).where(
        Approval.draft_id == draft.id, Approval.verdict == Verdict.SEND, Approval.undone_at.is_(None)
    )
    return (await session.scalars(query)).one_or_none()


def colleagues_rows(card: Card, colleagues: Sequence[Agent], words: Words) -> Rows:
    """Whom a case can be passed on to."""
    rows = [
        [Button(text=_cut(agent.name), data=data_of(Action.PASS_TO, card.key, agent.id))]
        for agent in colleagues
    ]
    rows.append(
        [Button(text=words("to_supervisor"), data=data_of(Action.PASS_TO, card.key, Role.SUPERVISOR))]
    )
    rows.append([Button(text=words("back"), data=data_of(Action.BACK, card.key))])
    return rows


def force_rows(card: Card, holder: str, words: Words, action: Action, *choice: str) -> Rows:
    """The second press, which takes a case from who holds it."""
    label = _cut(words("take_anyway", name=holder))
    return [
        [Button(text=label, data=data_of(action, card.key, *choice), style="danger")],
        [Button(text=words("back"), data=data_of(Action.BACK, card.key))],
    ]


def give_back_row(case: Case, words: Words) -> list[Button]:
    """The button that ends a take-over."""
    return [Button(text=words("give_back"), data=data_of(Action.GIVE_BACK, case.id))]


async def files_of(session: AsyncSession, message_ids: Sequence[str]) -> list[Attachment]:
    """The files of these messages whose content can be shown."""
    query = (
        select(Attachment)
        .where(Attachment.message_id.in_(message_ids), Attachment.rejected.is_(None))
        .order_by(Attachment.id)
    )
    return list((await session.scalars(query)).all())


def _actions(card: Card, view: CaseView, agent: Agent | None, words: Words, names: FactNames) -> Rows:
    def button(action: Action, name: str, style: str | None = None) -> Button:
        return Button(text=words(name), data=data_of(action, card.key), style=style)

    rows = _proposal_rows(card, view, words)
    if card.draft_id is not None:
        rows.append([button(Action.APPROVE, "approve", "success")])
        rows.append([button(Action.EDIT, "edit"), button(Action.ASK, "ask")])
        rows.append([button(Action.DECLINE, "decline"), button(Action.DISCARD, "discard", "danger")])
    else:
        rows.append([button(Action.EDIT, "write", "primary"), button(Action.ASK, "ask")])
        rows.append([button(Action.DECLINE, "decline")])
    if view.case.state == CaseState.TAKEN_OVER and _is(view.holder, agent):
        rows.append(give_back_row(view.case, words))
    else:
        rows.append([button(Action.PASS_ON, "pass_on"), button(Action.TAKE_OVER, "take_over")])
    for index, fact in enumerate(agent_facts(view)[:_MAX_FACTS]):
        rows += _fact_rows(card, index, fact, names, words)
    rows += _order_rows(card, view, words)
    if view.book.order is not None and view.book.proof is None:
        rows.append([button(Action.VOUCH, "vouch")])
    if view.preferences.suggested is not None and view.customer.erased_at is None:
        kind = view.preferences.suggested
        text = _cut(words("prefer", kind=words.label("remedy", kind)))
        rows.append([Button(text=text, data=data_of(Action.PREFER, card.key, kind))])
    rows += _signal_rows(card, view, words)
    if summary(view.dealings, words):
        rows.append([button(Action.DEALINGS, "dealings_more_of")])
    rows += _more(card, view, words)
    return rows


def _order_rows(card: Card, view: CaseView, words: Words) -> Rows:
    """Another order that the customer names, for which it may be meant."""
    others = view.decision.other_orders if view.decision is not None else ()
    return [
        [
            Button(
                text=_cut(words("count_for", number=number)),
                data=data_of(Action.COUNT_FOR, card.key, str(index)),
            )
        ]
        for index, number in enumerate(others[:_MAX_ORDERS])
    ]


def _signal_rows(card: Card, view: CaseView, words: Words) -> Rows:
    standing = [one for one in view.signals if one.dismissed_by is None]
    if not standing:
        return []
    return [
        [Button(text=words("evidence"), data=data_of(Action.EVIDENCE, card.key))],
        *(
            [
                Button(
                    text=_cut(words("signal_dismiss", signal=told(one.seen, words.language))),
                    data=data_of(Action.SIGNAL, card.key, one.row.id),
                )
            ]
            for one in standing
        ),
    ]


def _proposal_rows(card: Card, view: CaseView, words: Words) -> Rows:
    """What confirms the customer's words as a choice, and what says that they are none."""
    rows: Rows = []
    for proposal in view.proposals:
        key, labels = proposal.shown.choice.key, proposal.shown.labels(words.language)
        meant = [proposal.reply.option] if proposal.reply.option is not None else range(len(labels))
        if proposal.reply.kind is ReplyKind.DECLINE:
            data = data_of(Action.CHOOSE_FOR, card.key, key, NONE_CHOSEN)
            rows.append([Button(text=words("confirm_none"), data=data, style="success")])
            continue
        rows += [
            [
                Button(
                    text=_cut(words("confirm_choice", option=labels[option])),
                    data=data_of(Action.CHOOSE_FOR, card.key, key, str(option)),
                    style="success",
                )
            ]
            for option in meant
        ]
    if rows:
        rows.append([Button(text=words("no_choice"), data=data_of(Action.NO_CHOICE, card.key))])
    return rows


def _fact_rows(card: Card, index: int, fact: MissingFact, names: FactNames, words: Words) -> Rows:
    name = button_name(names.over(fact.name))

    def value(text: str, choice: str) -> Button:
        return Button(text=text, data=data_of(Action.FACT, card.key, str(index), choice))

    unknown = value(words("fact_unknown"), "u")
    # What the customer seems to have answered, to be confirmed by one press.
    likely = (
        [[value(words("fact_likely", fact=name, value=shorten_at_word(names.likely(fact), MAX_VALUE)), "s")]]
        if fact.likely is not None
        else []
    )
    if fact.type == "yes_no":
        return [[value(words("fact_yes", fact=name), "y")], [value(words("fact_no"), "n"), unknown]]
    if fact.choices:
        return [
            *likely,
            *(
                [value(choice_label(name, names.choice(fact.name, choice), words), str(number))]
                for number, choice in enumerate(fact.choices[:_MAX_CHOICES])
            ),
            [unknown],
        ]
    typed = Button(text=words("fact_type", fact=name), data=data_of(Action.FACT_TYPED, card.key, str(index)))
    return [*likely, [typed], [unknown]]


def fact_value(fact: MissingFact, choice: str) -> str | None:
    """What a fact's button says; None: nobody can know.

    Raises:
        BlockedError: `fact_unknown`, for what no button of it says.
    """
    if choice == "u":
        return None
    if choice == "s" and fact.likely is not None:
        return fact.likely
    if choice in ("y", "n"):
        return "yes" if choice == "y" else "no"
    if choice.isdecimal() and int(choice) < len(fact.choices):
        return fact.choices[int(choice)]
    raise BlockedError("fact_unknown")


def _more(card: Card, view: CaseView, words: Words) -> Rows:
    row = []
    if words_shown(view.unread, words, MAX_WORDS)[1]:
        row.append(Button(text=words("all_words"), data=data_of(Action.WORDS, card.key)))
    count = sum(file.rejected is None for shown in view.messages for file in shown.attachments)
    if count:
        row.append(Button(text=words("files", count=count), data=data_of(Action.FILES, card.key)))
    if view.decision is not None and not view.case.is_sample and not view.case.is_test:
        row.append(Button(text=words("similar"), data=data_of(Action.SIMILAR, card.key)))
    rows = [row] if row else []
    if view.facts or (view.decision is not None and view.decision.presumed):
        rows.append([Button(text=words("correct_fact"), data=data_of(Action.KNOWN, card.key))])
    if len(view.unread) > 1 or (view.unread and view.case.answered_at is not None):
        rows.append([Button(text=words("split_last"), data=data_of(Action.SPLIT, card.key))])
    # One press for the likely case; others are merged on the desk.
    others = [other for other in view.other_cases if other.state in OPEN_STATES]
    if others and view.case.state in OPEN_STATES:
        text = words("merge_into", number=others[0].number)
        rows.append([Button(text=text, data=data_of(Action.MERGE, card.key, others[0].id))])
    return rows


async def _after_approval(
    session: AsyncSession,
    card: Card,
    approval: Approval,
    agent: Agent | None,
    words: Words,
    timezone: ZoneInfo,
) -> CardButtons:
    query = select(OutboxEntry).where(OutboxEntry.approval_id == approval.id).order_by(OutboxEntry.part)
    parts = (await session.scalars(query)).all()
    states = {OutboxState(part.state) for part in parts}

    mine = agent is None or approval.agent_id == agent.id
    reasons = reason_rows(card, words) if mine and approval.difference and not approval.edit_reason else []

    def shown(text: str, *, is_final: bool) -> CardButtons:
        label = Button(text=_cut(text), data=data_of(Action.SHOWN, card.key))
        return CardButtons(rows=[[label], *reasons], is_final=is_final)

    if OutboxState.UNCONFIRMED in states:
        return shown(words("unconfirmed"), is_final=True)
    if OutboxState.FAILED in states:
        return shown(words("failed"), is_final=True)
    if states <= {OutboxState.SENT}:
        sent_at = next((part.sent_at for part in reversed(parts) if part.sent_at is not None), utcnow())
        return shown(words("sent", time=clock_time(sent_at, timezone)), is_final=True)
    if states != {OutboxState.PENDING} or parts[0].not_before is None:
        return shown(words("leaving"), is_final=False)
    # In a group the button is for those who may; the others are told so when they press it.
    if not mine and agent is not None and rank(agent.role) < rank(Role.SUPERVISOR):
        approver = await session.get_one(Agent, approval.agent_id)
        return shown(words("approved_by", name=approver.name), is_final=False)
    seconds = round((parts[0].not_before - approval.created_at).total_seconds())
    label = words("undo", seconds=seconds)
    undo = Button(text=label, data=data_of(Action.UNDO, card.key), style="danger")
    return CardButtons(rows=[[undo], *reasons], is_final=False)


def reason_rows(card: Card, words: Words) -> Rows:
    """Why the draft was edited or thrown away: one press, which nobody has to make."""
    buttons = [
        Button(text=words.label("edit_reason", reason), data=data_of(Action.EDIT_REASON, card.key, reason))
        for reason in EditReason
    ]
    return [buttons[:3], buttons[3:]]


def _is(holder: Agent | None, agent: Agent | None) -> bool:
    return holder is not None and agent is not None and holder.id == agent.id


def _cut(text: str) -> str:
    return shorten(text, _MAX_LABEL)

"""Vouchers by hand: one that an agent puts into a text, whose code is kept for it from then on.

The code stands in the text that somebody approves. It is freed as soon as no text on the table holds it.
"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.money import Money
from models.states import CaseState, DraftState, VoucherState
from models.tables import Approval, Case, Draft, Voucher
from responses.drafts.numbers import format_money
from responses.drafts.phrases import phrases
from responses.drafts.slots import escape
from responses.drafts.templates import capital
from responses.errors import BlockedError
from responses.policy.schema import Codes, Policy
from responses.vouchers.codes import (
    Supply,
    free_values,
    made,
    named_values,
    plain_money,
    release,
    supply_of,
    taken,
    told,
)
from responses.vouchers.in_texts import places_of

_SIGNED = "{agent}"


def _put() -> tuple[ColumnElement[bool], ...]:
    """A code that stands in a text which nobody has approved yet."""
    return (
        Voucher.state == VoucherState.RESERVED,
        Voucher.approval_id.is_(None),
        Voucher.offer_id.is_(None),
        Voucher.case_id.is_not(None),
    )


async def values_by_hand(
    session: AsyncSession, case: Case, policy: Policy, today: date
) -> tuple[Supply, ...]:
    """The vouchers that an agent may put into a text, with how many codes of each are loaded and free.

    They are those that the policy gives by their sum and those of which codes are loaded, in its currency.
    Where the shop knows its own codes only, a value of which none is left is none of them.
    """
    supplies = await _supplies(session, policy, today)
    return tuple(one for one in supplies if one.free or _may_be_ours(case, policy))


async def _supplies(session: AsyncSession, policy: Policy, today: date) -> list[Supply]:
    loaded = await free_values(session, policy.currency, today)
    values = {amount.minor: amount for amount in (*named_values(policy), *loaded)}
    return [await supply_of(session, values[minor], today) for minor in sorted(values)]


def _may_be_ours(case: Case, policy: Policy) -> bool:
    """Whether a code that we make will do; nobody takes that of a sample or a test to the shop."""
    return case.is_sample or case.is_test or policy.codes is not Codes.LOADED


def check_waits(case: Case) -> None:
    """Somebody may write the case's answer now: a voucher alone opens no case again.

    Raises:
        BlockedError: `stale`.
    """
    if case.state not in (CaseState.WAITING_AGENT, CaseState.TAKEN_OVER):
        raise BlockedError("stale")


async def take_by_hand(
    session: AsyncSession, case: Case, amount_minor: int, policy: Policy, today: date
) -> Voucher:
    """A code of that value, kept for the case: one of the business's where one is free, else one of ours.

    Samples and tests get one of ours.

    Raises:
        BlockedError: `gone`, when vouchers of that value are not given; `no_codes`, when none is left and
            the shop knows its own only.
    """
    values = {one.amount.minor: one.amount for one in await _supplies(session, policy, today)}
    amount = values.get(amount_minor)
    if amount is None:
        raise BlockedError("gone")
    found = None
    if not case.is_sample and not case.is_test:
        found = await taken(session, amount, today, case_id=case.id)
    if found is not None:
        return found
    if not _may_be_ours(case, policy):
        raise BlockedError("no_codes", amount=plain_money(amount))
    return await made(session, amount, today, policy.codes_valid, case_id=case.id)


async def put_in(session: AsyncSession, case_id: str) -> Sequence[Voucher]:
    """The codes that are kept for texts of the case which nobody has approved yet."""
    query = select(Voucher).where(Voucher.case_id == case_id, *_put()).order_by(Voucher.id)
    return (await session.scalars(query)).all()


def stands_in(code: str, text: str) -> bool:
    """Whether a text names the code."""
    return any(places_of(escape(code), text))


def with_voucher(text: str, voucher: Voucher, language: str, *, formal: bool, signature: str = "") -> str:
    """The text with the voucher and its code, on a line of their own above the signature.

    `signature` is the one that the text was composed with. Where it does not end with that, it is signed
    from the last line on that says who writes.
    """
    sentence = sentence_of(voucher, language, formal=formal)
    text = text.rstrip()
    if not text:
        return f"{sentence}\n{_SIGNED}"
    if signature and text.endswith(f"\n{signature}"):
        start = len(text) - len(signature)
    else:
        start = text.rfind("\n", 0, max(0, text.rfind(_SIGNED))) + 1
    before, signed = text[:start], text[start:]
    said = before.rstrip("\n")
    if not said.strip():
        return f"{text}\n{sentence}"
    return f"{said}\n{sentence}{before[len(said) :]}{signed}"


def sentence_of(voucher: Voucher, language: str, *, formal: bool) -> str:
    """What a text says of it: "Le mandiamo un buono da 10 €: il codice è NATALE-17."."""
    amount = Money.from_minor(voucher.amount_minor, voucher.currency)
    values = {"amount": format_money(amount, language), "code": escape(told(voucher, language))}
    return capital(phrases(language).say("remedy.voucher.say", values, formal=formal))


async def let_go(session: AsyncSession, cases: Collection[str], staying: str = "") -> None:
    """Frees the codes that are kept for texts of these cases, but those that the text on the table names."""
    query = select(Voucher).where(Voucher.case_id.in_(cases), *_put())
    gone = [one.id for one in await session.scalars(query) if not stands_in(one.code, staying)]
    if gone:
        await release(session, Voucher.id.in_(gone), *_put())


async def let_go_lost(session: AsyncSession) -> None:
    """Frees the codes of texts that are no longer on any table, such as those of cases that were closed."""
    shown = (
        select(Draft.id)
        .join(Case, Case.id == Draft.case_id)
        .where(
            Draft.case_id == Voucher.case_id,
            Draft.state == DraftState.PROPOSED,
            Case.state.not_in((CaseState.CLOSED, CaseState.SPAM)),
            # LIKE would take signs in a code for its own: "_", "%" and, on PostgreSQL, the backslash.
            func.replace(Draft.text, Voucher.code, "") != Draft.text,
        )
    )
    await release(session, *_put(), ~exists(shown.correlate(Voucher)))


async def check_lasting(session: AsyncSession, case: Case, text: str, today: date) -> None:
    """See that the codes put into a text are good for longer than today.

    Raises:
        BlockedError: `code_over`, for one whose last day has come.
    """
    for voucher in await put_in(session, case.id):
        if stands_in(voucher.code, text) and voucher.expires_on is not None and voucher.expires_on <= today:
            raise BlockedError("code_over", code=voucher.code)


async def give_by_hand(session: AsyncSession, approval: Approval, text: str) -> None:
    """The codes in the approved text are this approval's; any other that was kept for the case is free.

    Raises:
        BlockedError: `stale`, for one that was freed meanwhile.
    """
    for voucher in await put_in(session, approval.case_id):
        if not stands_in(voucher.code, text):
            continue
        given = await session.execute(
            update(Voucher)
            .where(Voucher.id == voucher.id, *_put())
            .values(approval_id=approval.id)
            .returning(Voucher.id)
            .execution_options(synchronize_session=False)
        )
        if given.scalar_one_or_none() is None:
            raise BlockedError("stale")
    await let_go(session, [approval.case_id])


async def put_back(session: AsyncSession, approval: Approval) -> None:
    """What an approval that is taken back gave by hand is kept for its text, which is on the table again."""
    await session.execute(
        update(Voucher)
        .where(
            Voucher.approval_id == approval.id,
            Voucher.offer_id.is_(None),
            Voucher.state == VoucherState.RESERVED,
        )
        .values(approval_id=None)
        .execution_options(synchronize_session=False)
    )

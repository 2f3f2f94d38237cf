"""Which of the names in a text the books and the cases know as somebody else's."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models.tables import Case, Customer, Identity, Order, OrderProof
from responses.checks.mentions import Mention, Sort


async def other_people(session: AsyncSession, case: Case, mentions: Iterable[Mention]) -> tuple[str, ...]:
    """The words among `mentions` that name a customer, a sender or a buyer not the customer of `case`."""
    return tuple([one.words for one in mentions if await _is_anothers(session, case, one)])


async def _is_anothers(session: AsyncSession, case: Case, mention: Mention) -> bool:
    real = and_(Customer.is_sample.is_(False), Customer.is_test.is_(False), Customer.id != case.customer_id)
    customers = exists().where(real, _named(Customer.name, mention))
    senders = exists().where(
        real, Customer.id == Identity.customer_id, _named(Identity.display_name, mention)
    )
    own = select(OrderProof.order_id).where(OrderProof.customer_id == case.customer_id)
    buyers = exists().where(_named(Order.name, mention), Order.id.not_in(own))
    return bool(await session.scalar(select(or_(customers, senders, buyers))))


def _named(name: InstrumentedAttribute[str | None], mention: Mention) -> ColumnElement[bool]:
    """Whether a kept name is the one mentioned, with the surname before or behind."""
    words = mention.words
    # SQLite lowers no letter with an accent: "Élodie" is found as it is written.
    kept = (name, func.lower(name))
    spelt = (words, words.lower())
    match mention.sort:
        case Sort.FULL:
            turned = [" ".join((*one.split(" ")[1:], one.split(" ")[0])) for one in spelt]
            return or_(*(column.in_([*spelt, *turned]) for column in kept)) | or_(
                *(_holds(column, one) for column in kept for one in (*spelt, *turned))
            )
        case Sort.SURNAME:
            return or_(*(_begins(column, one) for column in kept for one in spelt)) | or_(
                *(column.endswith(f" {one}", autoescape=True) for column in kept for one in spelt)
            )
        case Sort.FIRST:
            return or_(*(_begins(column, one) for column in kept for one in spelt), name.in_(spelt))


def _begins(
    column: ColumnElement[str | None] | InstrumentedAttribute[str | None], word: str
) -> ColumnElement[bool]:
    return column.startswith(f"{word} ", autoescape=True)


def _holds(
    column: ColumnElement[str | None] | InstrumentedAttribute[str | None], words: str
) -> ColumnElement[bool]:
    """Whether a kept name has one more name: "Laura Maria Bianchi", "Laura Bianchi Conti"."""
    first, _, last = words.partition(" ")
    return or_(
        _begins(column, words),
        column.endswith(f" {words}", autoescape=True),
        _begins(column, first) & column.endswith(f" {last}", autoescape=True),
    )

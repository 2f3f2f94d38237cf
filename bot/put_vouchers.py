"""The vouchers that an agent can put into a text from its card."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.buttons import Action, Button, data_of
from bot.keyboards import Rows
from bot.words import Words
from models.clock import utcnow
from models.tables import Card, Case
from responses.drafts.numbers import format_money
from responses.road import Road
from responses.vouchers_by_hand import values_by_hand


async def voucher_rows(session: AsyncSession, road: Road, card: Card, case: Case, words: Words) -> Rows:
    """One button for each value."""
    policy = await road.policies.in_force(session, case.audience, case.incident_at)
    today = utcnow().astimezone(road.config.timezone).date()
    rows: Rows = [
        [
            Button(
                text=words("voucher_of", amount=format_money(one.amount, words.language)),
                data=data_of(Action.PUT_VOUCHER, card.key, str(one.amount.minor)),
            )
        ]
        for one in await values_by_hand(session, case, policy, today)
    ]
    rows.append([Button(text=words("back"), data=data_of(Action.BACK, card.key))])
    return rows

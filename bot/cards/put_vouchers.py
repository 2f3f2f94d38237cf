"""The vouchers that an agent can put into a text from its card, and putting one there."""

from bot.agents.colleagues import show_card
from bot.buttons import Action, Button, data_of
from bot.cards.keyboards import Rows
from bot.cards.press import CardPress
from models.clock import utcnow
from models.tables import Case
from responses.drafts.numbers import format_money
from responses.errors import BlockedError
from responses.vouchers.by_hand import values_by_hand


async def offer_vouchers(press: CardPress, case: Case) -> Rows:
    """One button for each value."""
    await press.check_current(case)
    policy = await press.policy_of(case)
    today = utcnow().astimezone(press.road.config.timezone).date()
    rows: Rows = [
        [
            Button(
                text=press.words("voucher_of", amount=format_money(one.amount, press.words.language)),
                data=data_of(Action.PUT_VOUCHER, press.card.key, str(one.amount.minor)),
            )
        ]
        for one in await values_by_hand(press.session, case, policy, today)
    ]
    rows.append([Button(text=press.words("back"), data=data_of(Action.BACK, press.card.key))])
    return rows


async def put_voucher(press: CardPress, case: Case) -> None:
    """Puts a voucher into the text; what came of it comes as a card of its own, to be read."""
    await press.check_current(case)
    if not press.chosen.isdecimal():
        raise BlockedError("gone")
    draft = await press.road.approvals.put_voucher(
        press.session,
        press.agent,
        case,
        press.bound() if press.card.draft_id is not None else None,
        int(press.chosen),
        language=case.language or press.words.language,
    )
    await press.say("voucher_put")
    await show_card(press.context, press.session, press.agent, press.chat, case, draft)

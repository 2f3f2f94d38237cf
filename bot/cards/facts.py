"""What the buttons under a card do with what a case lacks or has: facts given, corrected, vouched for."""

from bot.cards.head import agent_facts, fact_label
from bot.cards.keyboards import Rows, fact_value
from bot.cards.known_facts import TYPED, fact_of_key, known_rows, value_rows
from bot.cards.press import CardPress
from models.decision import MissingFact
from models.tables import Case
from responses.errors import BlockedError
from responses.facts import ORDER_FACT, give_fact
from responses.orders.proof import vouch


async def ask_fact(press: CardPress, case: Case) -> None:
    """Asks to type what is missing."""
    fact = await _fact_pressed(press, case)
    label = fact_label(fact, press.words)
    await press.put_prompt(case, "fact", press.words("prompt_fact", fact=label), fact=fact.name)


async def take_fact(press: CardPress, case: Case) -> None:
    """Takes what a button says of what is missing."""
    fact = await _fact_pressed(press, case)
    choice = press.pressed.choice[1] if len(press.pressed.choice) > 1 else ""
    policy = await press.policy_of(case)
    raw = fact_value(fact, choice)
    await give_fact(press.session, press.agent, case, fact.name, raw, policy)
    await press.say("fact_kept", number=case.number)


async def show_known(press: CardPress, case: Case) -> Rows:
    """What is known of the case, each on a button that corrects it."""
    await press.check_current(case)
    policy = await press.policy_of(case)
    return known_rows(press.card, await press.view(case), policy, press.words)


async def correct_fact(press: CardPress, case: Case) -> Rows:
    """First which fact, then what it is: by a button, or typed."""
    await press.check_current(case)
    policy = await press.policy_of(case)
    key, choice = (*press.pressed.choice, "", "")[:2]
    found = fact_of_key(await press.view(case), policy, key, press.words)
    if found is None:
        raise BlockedError("fact_unknown")
    fact, noun = found
    if not choice:
        return value_rows(press.card, fact, noun, press.words)
    if choice == TYPED:
        await press.put_prompt(case, "fact", press.words("prompt_fact", fact=noun), fact=fact.name)
        return await press.back(case)
    await give_fact(press.session, press.agent, case, fact.name, fact_value(fact, choice), policy)
    await press.say("fact_kept", number=case.number)
    return []


async def vouch_for(press: CardPress, case: Case) -> None:
    """The agent stands for what the customer should have shown."""
    await press.check_current(case)
    await vouch(press.session, press.agent, case)
    await press.say("fact_kept", number=case.number)


async def count_for(press: CardPress, case: Case) -> None:
    """The case is about another of the orders that the customer named."""
    await press.check_current(case)
    decision = (await press.view(case)).decision
    others = decision.other_orders if decision is not None else ()
    index = press.chosen
    if not index.isdecimal() or int(index) >= len(others):
        raise BlockedError("fact_unknown")
    policy = await press.policy_of(case)
    await give_fact(press.session, press.agent, case, ORDER_FACT, others[int(index)], policy)
    await press.say("fact_kept", number=case.number)


async def _fact_pressed(press: CardPress, case: Case) -> MissingFact:
    await press.check_current(case)
    facts = agent_facts(await press.view(case))
    index = press.chosen
    if not index.isdecimal() or int(index) >= len(facts):
        raise BlockedError("fact_unknown")
    return facts[int(index)]

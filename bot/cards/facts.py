"""What the buttons under a card do with what a case lacks or has: facts given, corrected, vouched for."""

from bot.cards.head import agent_facts
from bot.cards.keyboards import Rows, fact_value
from bot.cards.known_facts import TYPED, fact_of_key, known_rows, value_rows
from bot.cards.press import CardPress
from models.decision import MissingFact
from models.tables import Case
from responses.errors import BlockedError
from responses.facts import ORDER_FACT, give_fact
from responses.orders.proof import vouch
from responses.policy.fact_names import FactNames


async def ask_fact(press: CardPress, case: Case) -> None:
    """Asks to type what is missing."""
    fact = await _fact_pressed(press, case)
    await _ask_to_type(press, case, fact, await press.names_of(case))


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
    names = FactNames(policy, press.words.language)
    return known_rows(press.card, await press.view(case), policy, names, press.words)


async def correct_fact(press: CardPress, case: Case) -> Rows:
    """First which fact, then what it is: by a button, or typed."""
    await press.check_current(case)
    policy = await press.policy_of(case)
    key, choice = (*press.pressed.choice, "", "")[:2]
    fact = fact_of_key(await press.view(case), policy, key)
    if fact is None:
        raise BlockedError("fact_unknown")
    names = FactNames(policy, press.words.language)
    if not choice:
        return value_rows(press.card, fact, names, press.words)
    if choice == TYPED:
        await _ask_to_type(press, case, fact, names)
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


async def _ask_to_type(press: CardPress, case: Case, fact: MissingFact, names: FactNames) -> None:
    text = press.words("prompt_fact", fact=names.over(fact.name))
    await press.put_prompt(case, "fact", text, fact=fact.name)


async def _fact_pressed(press: CardPress, case: Case) -> MissingFact:
    await press.check_current(case)
    facts = agent_facts(await press.view(case))
    index = press.chosen
    if not index.isdecimal() or int(index) >= len(facts):
        raise BlockedError("fact_unknown")
    return facts[int(index)]

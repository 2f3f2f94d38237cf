"""Looks through the facts of a policy: who supplies each, who reads it, and how it is asked for."""

import re
from collections.abc import Iterator, Mapping

from responses.drafts.templates import in_register
from responses.policy.check_amounts import remedies_of
from responses.policy.conditions import Test, single_tests
from responses.policy.findings import Found, Severity
from responses.policy.options import options_listed
from responses.policy.schema import READ_FROM_MESSAGES, FactSpec, FactType, Policy, Supplier
from responses.policy.situation import FAULT, ORDER, OURS, PRICE, can_be_supplied

_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


def check_facts(policy: Policy) -> Found:
    """What is wrong with the facts, or with what uses them."""
    used = {test.name for test in _all_tests(policy)} | set(_facts_in_amounts(policy))
    used |= {name for signal in policy.signals for name in signal.then.proof}
    for name, spec in policy.facts.items():
        key = f"facts.{name}"
        if key not in policy.places:
            continue  # built in
        if not can_be_supplied(spec) and Supplier.BOOK not in spec.suppliers:
            yield Severity.ERROR, key, _nobody_supplies(spec)
        elif not can_be_supplied(spec) and name in used:
            yield (
                Severity.INFO,
                key,
                "comes from the order book only: without it, conditions on it are false",
            )
        if name not in used:
            yield Severity.INFO, key, "no rule reads it"
        if spec.type is FactType.CHOICE and Supplier.CUSTOMER in spec.suppliers:
            yield from _options(policy, spec, key)
        if Supplier.MESSAGE in spec.suppliers and name != ORDER:
            yield from _unread(policy, spec, key)
    fault = policy.facts.get(FAULT)
    if fault is not None and (fault.type is not FactType.CHOICE or OURS not in fault.choices):
        message = "expected a choice with ours among its values: it says whether we apologise for ourselves"
        yield Severity.WARNING, f"facts.{FAULT}", message
    price = policy.facts.get(PRICE)
    if price is not None and price.type is not FactType.MONEY:
        yield Severity.ERROR, f"facts.{PRICE}", f"expected type money, found {price.type}: it is the price"


def _unread(policy: Policy, spec: FactSpec, key: str) -> Found:
    """What of `from: [message]` comes to nothing: a type that is not read, or a fact without words."""
    if spec.type not in READ_FROM_MESSAGES:
        known = ", ".join(sorted(READ_FROM_MESSAGES))
        yield Severity.INFO, key, f"a message supplies {ORDER} and facts of type {known}; found {spec.type}"
    elif spec.ask is None and not any(spec.name in words.facts for words in policy.words.values()):
        message = "nothing says by which words a message names it: add ask, or words for it"
        yield Severity.INFO, key, message


def _options(policy: Policy, spec: FactSpec, key: str) -> Found:
    """Questions for a choice that do not list its options, or in another order than `of`."""
    asks = {
        language: options_listed(in_register(ask, formal=True)) for language, ask in (spec.ask or {}).items()
    }
    unlisted = [language for language, listed in asks.items() if len(listed) != len(spec.choices)]
    if unlisted:
        message = (
            f"the question does not list its options ({', '.join(unlisted)}): add them in brackets, in the"
            " order of `of`; an agent says what answers in the customer's own words mean"
        )
        yield Severity.INFO, key, message
    for language, listed in asks.items():
        values = policy.words[language].facts.get(spec.name) if language in policy.words else None
        if values is not None and language not in unlisted:
            yield from _order_of_options(spec, listed, values.values, f"{key}.ask.{language}")


def _order_of_options(spec: FactSpec, listed: list[str], values: Mapping[str, str], key: str) -> Found:
    """The first option that the owner's words for it find in another place of the list."""
    said = [set(_LONG_WORD.findall(one)) for one in listed]
    for place, option in enumerate(spec.choices):
        own = set(_LONG_WORD.findall(values.get(option, "").casefold()))
        if own.isdisjoint(said[place]) and any(own & other for other in said):
            message = f"lists its options in another order than `of`: {option} stands elsewhere"
            yield Severity.WARNING, key, message
            return


def _nobody_supplies(spec: FactSpec) -> str:
    if Supplier.CUSTOMER in spec.suppliers:
        return "nobody can supply it: say with ask what the customer is asked for"
    return "when it is not in the message nobody can supply it: add agent, or customer with ask"


def _facts_in_amounts(policy: Policy) -> Iterator[str]:
    for _, _, spec in remedies_of(policy):
        if spec.amount is not None:
            yield from spec.amount.facts
        if spec.full or spec.of == "order":
            yield PRICE
    own = (spec.worth for _, _, spec in remedies_of(policy) if spec.worth is not None)
    for amount in (*policy.worth.values(), *own):
        yield from amount.facts
    if policy.limits.share_of_price is not None:
        yield PRICE


def _all_tests(policy: Policy) -> Iterator[Test]:
    """Every test that a rule or an entry of what is owed makes."""
    for entry in policy.entries:
        yield from single_tests(entry.when)

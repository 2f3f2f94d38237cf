"""The matter: a case's messages since our last answer, put together for the policy."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.decision import PROOF_FACT, FactValue, Matter
from models.labels import Act, Ask, Language, Tone, Urgency
from models.serial import to_json
from models.tables import Case
from responses.approving.spending import spent
from responses.asking.values import orders_in, without_orders
from responses.corrections import Labels
from responses.customers.history import asked_in, asked_last, given_to
from responses.customers.signalling import record_of
from responses.deadlines import highest
from responses.facts import other_orders
from responses.orders.proof import unproven_facts
from responses.orders.proof_ahead import proof_ahead
from responses.orders.wanted_proof import MAY_BE_A_POSTCODE
from responses.policy import Policy
from responses.policy.given import asks_progress, is_overdue
from responses.policy.schema import Supplier
from responses.policy.situation import ORDER
from responses.reading import Reading

_SHORT_WORDS = 3
_RATHER = 0.5


async def matter_of(
    session: AsyncSession,
    case: Case,
    reading: Reading,
    policy: Policy,
    facts: Mapping[str, FactValue],
    now: datetime,
    *,
    unclear: Collection[str] = (),
) -> Matter:
    """What the messages say together, what is known, and what was given before.

    A message without words (a photo) says nothing here, nor does one that only answers a question of ours.
    `facts` are those of the case, `unclear` the names of those that the messages seem to say.
    """
    found = reading.found
    here, elsewhere = await given_to(session, case)
    times = await asked_in(session, case)
    question = [fact.name for fact in await asked_last(session, case) if times[fact.name] == 1]
    once = _to_ask_again(question, reading, policy, facts).difference(unclear)
    labels = united(reading.counted, is_spam=_nothing_but_spam(reading))
    late = any(is_overdue(given, now) for given in here)
    unproven, proof_ask = await unproven_facts(session, case, policy, facts)
    ahead, ahead_ask = await proof_ahead(session, case, policy, facts)
    return Matter(
        act=labels.act,
        complaint_types=labels.complaint_types,
        tone=labels.tone,
        urgency=labels.urgency,
        asks=labels.asks,
        own_error=labels.own_error,
        language=answer_language(reading),
        abstained=frozenset(field for one in reading.counted for field in one.abstained),
        facts=facts,
        given_here=here,
        history=elsewhere,
        now=now,
        said_at=max((message.created_at for message in reading.messages), default=None),
        asked=(frozenset(times) - once) | _shown_by_files(reading, policy),
        asked_once=once,
        asked_twice=frozenset(name for name, count in times.items() if count > 1),
        unproven=unproven,
        ahead=ahead,
        proof_ask=proof_ask or ahead_ask,
        other_orders=other_orders(found, facts),
        record=await record_of(session, case, policy, (*here, *elsewhere), now),
        spent=await spent(session, policy, now),
        waits=all(one.asks_where_it_stands for one in reading.counted if one.act.label == Act.COMPLAINT),
        asks_progress=asks_progress(
            labels.act,
            labels.asks,
            here,
            # While we are late, "thanks, better late than never" is no praise to be passed on.
            asked=any(one.asks_where_it_stands for one in reading.found_fresh)
            or (late and labels.act == Act.PRAISE),
        ),
    )


def _to_ask_again(
    question: Sequence[str], reading: Reading, policy: Policy, facts: Mapping[str, FactValue]
) -> frozenset[str]:
    """What only the customer can say of a question that was asked once, and has not said.

    What proves their order only where they named the order and wrote nothing that could have proven it.
    """
    entities = [one.entities for one in reading.found_fresh]
    named = ORDER in question and ORDER in facts and not facts[ORDER].unavailable
    numbers = orders_in(reading.found_fresh)
    numbers |= {str(facts[ORDER].value)} if named else set()
    tried = any(one.emails or one.phone_numbers for one in entities) or any(
        MAY_BE_A_POSTCODE.search(without_orders(message.text, numbers)) for message in reading.fresh
    )
    return frozenset(
        name
        for name in question
        if name not in facts
        and (
            named and not tried
            if name == PROOF_FACT
            else name in policy.facts and Supplier.AGENT not in policy.facts[name].suppliers
        )
    )


def united(found: Sequence[Assessment], *, is_spam: bool) -> Labels:
    """Several messages as one: types and asks are their union, urgency the highest, tone the last one's.

    The act is complaint if any is one, else the last that says anything; spam only where `is_spam` says so.
    """
    acts = [one.act.label for one in found]
    act = Act.SPAM if is_spam else Act.OTHER
    if Act.COMPLAINT in acts:
        act = Act.COMPLAINT
    elif telling := [one for one in acts if one not in (Act.OTHER, Act.SPAM)]:
        act = Act(telling[-1])
    types = dict.fromkeys(label.label for one in found for label in one.complaint_types)
    asks = dict.fromkeys(Ask(label.label) for one in found for label in one.asks)
    return Labels(
        act=act,
        complaint_types=tuple(types) if act is Act.COMPLAINT else (),
        tone=Tone(found[-1].tone.label) if found else Tone.CALM,
        urgency=highest(one.urgency.label for one in found) if found else Urgency.NORMAL,
        asks=tuple(asks),
        own_error=any(one.own_error.label == "yes" for one in found),
    )


def _nothing_but_spam(reading: Reading) -> bool:
    """Spam gets no answer, so nothing in doubt may count as it: no earlier answer, no file, no other word."""
    return (
        bool(reading.found)
        and all(_is_spam(one) for one in reading.found)
        and not reading.has_files
        and reading.case.answered_at is None
    )


def _is_spam(one: Assessment) -> bool:
    """Rather spam than anything else, and nothing in it that somebody with a matter of their own says."""
    return (
        one.act.label == Act.SPAM
        and "act" not in one.abstained
        and one.act.probability >= _RATHER
        and not (one.asks or one.complaint_types or one.entities.order_ids)
    )


def _shown_by_files(reading: Reading, policy: Policy) -> frozenset[str]:
    """The facts for which customers send a photo: once one came, an agent looks at it and says."""
    if not reading.has_pictures:
        return frozenset()
    return frozenset(
        spec.name
        for spec in policy.facts.values()
        if spec.ask is not None
        and Supplier.AGENT in spec.suppliers
        and Supplier.CUSTOMER not in spec.suppliers
    )


def answer_language(reading: Reading) -> str:
    """The language of the answer: as an agent says of the customer, else of the last message long enough to
    tell, else what was known before."""
    spoken = {language.value for language in Language}
    wanted = reading.customer.preferred_language
    if wanted is not None:
        return wanted
    for message in reversed(reading.messages):
        assessment = reading.assessed.get(message.id)
        if assessment is not None and len(message.text.split()) >= _SHORT_WORDS:
            return assessment.language if assessment.language in spoken else Language.ENGLISH
    known = reading.case.language or reading.customer.language
    if known in spoken:
        return known
    guessed = [one.language for one in reading.found if one.language in spoken]
    return guessed[-1] if guessed else Language.ITALIAN


def inputs_sha256(matter: Matter) -> str:
    """A digest of everything the policy was asked about, but the time."""
    content = {name: value for name, value in to_json(matter).items() if name != "now"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

"""Messages that answer a question of ours and say nothing more: they leave the matter as it was read."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from models.assessment import Assessment
from models.decision import PROOF_FACT, MissingFact
from models.labels import ComplaintType, Language, Tone, Urgency
from models.tables import Message
from responses.asking.answers import answers_in
from responses.asking.lacking import lacking
from responses.asking.left_over import Answered
from responses.asking.questions import Question, question_before
from responses.checks.wordlists import word_lists
from responses.customers.danger import in_danger
from responses.customers.threats import names_lawful_step, names_violence
from responses.facts import ORDER_FACT
from responses.orders.wanted_proof import MAY_BE_A_POSTCODE
from responses.policy import Policy
from responses.policy.schema import Supplier
from responses.reading import Reading

_DIALLED = re.compile(r"\+?\d[\d ./-]{5,18}\d")


def only_answers(
    messages: Sequence[Message],
    read: Mapping[str, Assessment],
    questions: Sequence[Question],
    policy: Policy | None,
    *,
    pictured: Collection[str] = (),
    by_an_agent: Collection[str] = (),
) -> frozenset[str]:
    """The ids of the messages that do nothing but answer what was asked before them.

    A message that gives at least one thing asked for, or says that it is not to be had, is one, unless it
    says more or something weighty: a few words after a question are easily taken for another complaint.

    Args:
        messages: a case's.
        read: what each means, by its id.
        questions: ours in that case, in the order of time.
        policy: the one that judges the case; without one nothing was asked.
        pictured: the ids of messages with a photo, a picture or a video.
        by_an_agent: the ids of those whose meaning an agent has said: these count as they say.
    """
    if policy is None or not any(question.asked for question in questions):
        return frozenset()
    return frozenset(
        message.id
        for message in messages
        if message.id in read
        and message.id not in by_an_agent
        and (asked := question_before(questions, message.created_at))
        and not _is_weighty(message.text, read[message.id], policy)
        and _only_answers(message, read[message.id], asked, policy, has_picture=message.id in pictured)
    )


def with_only_answers(reading: Reading, questions: Sequence[Question], policy: Policy) -> Reading:
    """The reading, which knows what of it only answers."""
    found = only_answers(
        reading.messages,
        reading.assessed,
        questions,
        policy,
        pictured=reading.pictured,
        by_an_agent=reading.by_an_agent,
    )
    return replace(reading, only_answers=found)


def _is_weighty(text: str, read: Assessment, policy: Policy) -> bool:
    """Whether somebody has to see it, however short it is: danger, a threat, an insult, safety."""
    types = {label.label for label in read.complaint_types}
    return (
        read.urgency.label == Urgency.CRITICAL
        or not types.isdisjoint({ComplaintType.SAFETY_PRIVACY.value, *policy.emergency})
        or in_danger((), [text], dangerous=())
        or names_violence(text)
        or (read.tone.label in (Tone.THREATENING, Tone.ABUSIVE) and names_lawful_step(text))
        or any(word_lists(language).has("insult", text) for language in Language)
    )


def _only_answers(
    message: Message, read: Assessment, asked: Sequence[MissingFact], policy: Policy, *, has_picture: bool
) -> bool:
    text, today = message.text, message.created_at.astimezone(policy.timezone).date()
    given = answers_in(asked, [text], [read], policy, today=today).given
    named = _named(text, read, asked)
    shown = has_picture and any(_is_shown(fact, policy) for fact in asked)
    if not (given or named or shown or lacking(asked, [text])):
        return False
    return not Answered(text=text, read=read, asked=asked, given=given, named=named).says_more


def _named(text: str, read: Assessment, asked: Sequence[MissingFact]) -> tuple[str, ...]:
    """What stands in the text of an order's number and of what proves that the order is theirs."""
    names = {fact.name for fact in asked}
    found = list(read.entities.order_ids) if ORDER_FACT in names else []
    if PROOF_FACT in names:
        found += read.entities.emails
        found += [match.group() for match in MAY_BE_A_POSTCODE.finditer(text)]
        found += [match.group() for match in _DIALLED.finditer(text) if read.entities.phone_numbers]
    return tuple(found)


def _is_shown(fact: MissingFact, policy: Policy) -> bool:
    """Whether it is asked for as a photo, of which an agent says what it shows."""
    spec = policy.facts.get(fact.name)
    return spec is not None and Supplier.CUSTOMER not in spec.suppliers

"""What the nearest answered cases got, and whose words are no longer shown."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import numpy as np
from sqlalchemy import select, update

from models.clock import utcnow
from models.database import Database
from models.decision import Decision, DecisionKind
from models.serial import to_json
from models.states import Direction, DraftState, Verdict
from models.tables import Approval, Case, Customer, DecisionRow, EmbeddingRow, Message
from responses.embedding import Embedding
from responses.intake.samples import remove_samples
from responses.policies import PolicyBook
from responses.policy import load_policy_text
from responses.precedents import Precedent, Precedents
from responses.privacy.erasure import erase_person
from tests.seed import seed_agent, seed_case, seed_draft
from tests.unit.responses.words import embed

RULES = "a" * 64


def decision(rule: str = "ritardo", sha256: str = RULES) -> Decision:
    return Decision(
        kind=DecisionKind.OFFER,
        policy="negozio",
        policy_sha256=sha256,
        complaint_types=("delivery_late",),
        apologise=True,
        rule_ids=(rule,),
    )


class Desk:
    """Cases that were said, decided and answered."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.precedents = Precedents(PolicyBook())

    async def said(self, words: str, made: Decision | None = None, *, is_sample: bool = False) -> Case:
        made = made or decision()
        async with self.database.writing() as session:
            case = await seed_case(session)
            case.is_sample = is_sample
            message = Message(
                case_id=case.id,
                identity_id=case.identity_id,
                direction=Direction.IN,
                kind="text",
                text=words,
                sent_at=utcnow(),
            )
            session.add(message)
            session.add(
                DecisionRow(
                    case_id=case.id,
                    revision=0,
                    kind=made.kind,
                    tier=made.tier,
                    content=to_json(made),
                    policy_sha256=made.policy_sha256,
                    inputs_sha256="b" * 64,
                )
            )
            await session.flush()
        await Embedding(self.database, embed).run(message.id)
        return case

    async def answered(self, words: str, made: Decision | None = None, *, kind: str = "offer") -> Case:
        case = await self.said(words, made)
        async with self.database.writing() as session:
            case = await session.get_one(Case, case.id)
            agent = await seed_agent(session, f"Giulia {case.number}")
            draft = await seed_draft(session, case, kind=kind)
            rows = await session.scalars(select(DecisionRow.id).where(DecisionRow.case_id == case.id))
            draft.decision_id = rows.one()
            draft.state = DraftState.APPROVED
            session.add(
                Approval(
                    case_id=case.id,
                    draft_id=draft.id,
                    agent_id=agent.id,
                    verdict=Verdict.SEND,
                    revision=draft.revision,
                    sha256=draft.sha256,
                    created_at=utcnow() + timedelta(seconds=1),
                )
            )
        return case

    async def nearest(self, case: Case) -> list[Precedent]:
        async with self.database.reading() as session:
            return list(await self.precedents.nearest(session, case))


async def test_the_nearest_come_first_with_what_they_got(database: Database) -> None:
    desk = Desk(database)
    far = await desk.answered("La fattura non è mai arrivata", decision("altra"))
    near = await desk.answered("Il pacco è in ritardo di una settimana")
    found = await desk.nearest(await desk.said("Il pacco è in ritardo di due giorni"))
    assert [one.number for one in found] == [near.number, far.number]
    assert [one.same_rule for one in found] == [True, False]
    assert found[0].words == "Il pacco è in ritardo di una settimana"
    assert found[0].decision.rule_ids == ("ritardo",)
    assert found[0].similarity > found[1].similarity


async def test_what_lies_farther_than_the_floor_of_its_encoder_is_no_precedent(database: Database) -> None:
    desk = Desk(database)
    far = await desk.answered("La fattura non è mai arrivata")
    near = await desk.answered("Il pacco è in ritardo di una settimana")
    case = await desk.said("Il pacco è in ritardo di due giorni")
    between = np.mean([one.similarity for one in await desk.nearest(case)])
    desk.precedents = Precedents(PolicyBook(), {"words": float(between)})
    assert [one.number for one in await desk.nearest(case)] == [near.number]
    desk.precedents = Precedents(PolicyBook(), {"another": float(between)})
    assert [one.number for one in await desk.nearest(case)] == [near.number, far.number]


async def test_what_is_answered_later_is_seen_next_time(database: Database) -> None:
    desk = Desk(database)
    case = await desk.said("Il pacco è in ritardo")
    assert await desk.nearest(case) == []
    later = await desk.answered("Il pacco è ancora in ritardo")
    assert [one.number for one in await desk.nearest(case)] == [later.number]


async def test_cases_under_other_rules_without_an_answer_or_only_asked_are_no_precedents(
    database: Database,
) -> None:
    desk = Desk(database)
    await desk.answered("Il pacco è in ritardo", decision(sha256="c" * 64))
    await desk.said("Il pacco è in ritardo")
    await desk.answered("Il pacco è in ritardo", kind="ask")
    assert await desk.nearest(await desk.said("Il pacco è in ritardo")) == []


POLICY = """
policy: negozio
audience: customer
effective: {effective}
currency: EUR
timezone: Europe/Rome
rules:
  - {{id: ritardo, when: {{complaint: delivery_late}}, give: {{voucher: {late} EUR}}}}
  - {{id: altra, when: {{complaint: billing_error}}, give: {{voucher: {other} EUR}}}}
"""


async def version(
    database: Database, *, late: int = 10, other: int = 5, comment: str = "", name: str = "negozio"
) -> str:
    """The digest of a version that was put in use."""
    text = POLICY.format(late=late, other=other, effective="2026-01-01") + comment
    text = text.replace("policy: negozio", f"policy: {name}")
    policy = load_policy_text(text, "negozio.yaml")
    async with database.writing() as session:
        await PolicyBook().use(session, policy, text, by="laura")
    return policy.sha256


async def test_another_version_that_gives_the_same_takes_no_precedent_away(database: Database) -> None:
    desk = Desk(database)
    before = decision(sha256=await version(database))
    late = await desk.answered("Il pacco è in ritardo", before)
    bill = await desk.answered("Il pacco è in ritardo", replace(before, rule_ids=("altra",)))
    both = await desk.answered("Il pacco è in ritardo", replace(before, rule_ids=("ritardo", "altra")))
    commented = await desk.said(
        "Il pacco è in ritardo", decision(sha256=await version(database, comment="# nota\n"))
    )
    assert {one.number for one in await desk.nearest(commented)} == {late.number, bill.number, both.number}
    dearer = await desk.said("Il pacco è in ritardo", decision(sha256=await version(database, other=8)))
    assert [one.number for one in await desk.nearest(dearer)] == [late.number]


async def test_a_version_that_comes_while_vectors_are_kept_is_seen(database: Database) -> None:
    desk = Desk(database)
    case = await desk.said("Il pacco è in ritardo", decision(sha256=await version(database)))
    assert await desk.nearest(case) == []
    newer = decision(sha256=await version(database, comment="# nota\n"))
    answered = await desk.answered("Il pacco è in ritardo", newer)
    assert [one.number for one in await desk.nearest(case)] == [answered.number]


async def test_a_policy_of_another_name_gives_no_precedents(database: Database) -> None:
    desk = Desk(database)
    await desk.answered("Il pacco è in ritardo", decision(sha256=await version(database, name="officina")))
    case = await desk.said("Il pacco è in ritardo", decision(sha256=await version(database)))
    assert await desk.nearest(case) == []


async def test_who_was_erased_is_not_shown_any_more(database: Database) -> None:
    desk = Desk(database)
    gone = await desk.answered("Il pacco è in ritardo")
    case = await desk.said("Il pacco è in ritardo")
    assert len(await desk.nearest(case)) == 1
    async with database.writing() as session:
        await erase_person(session, await session.get_one(Customer, gone.customer_id), "system")
    assert await desk.nearest(case) == []
    desk.precedents = Precedents(PolicyBook())
    assert await desk.nearest(case) == []


async def test_an_answer_taken_back_is_not_shown_any_more(database: Database) -> None:
    desk = Desk(database)
    await desk.answered("Il pacco è in ritardo")
    case = await desk.said("Il pacco è in ritardo")
    assert len(await desk.nearest(case)) == 1
    async with database.writing() as session:
        await session.execute(update(Approval).values(undone_at=utcnow()))
    assert await desk.nearest(case) == []


async def test_five_are_shown_each_case_once(database: Database) -> None:
    desk = Desk(database)
    await asyncio.gather(*(desk.answered(f"Il pacco è in ritardo di {days} giorni") for days in range(7)))
    found = await desk.nearest(await desk.said("Il pacco è in ritardo"))
    assert len({one.number for one in found}) == len(found) == 5


async def test_samples_are_not_embedded_and_erasing_leaves_no_vector(database: Database) -> None:
    desk = Desk(database)
    await desk.said("Il pacco è in ritardo", is_sample=True)
    case = await desk.said("Il pacco è in ritardo")
    async with database.writing() as session:
        (row,) = (await session.scalars(select(EmbeddingRow.id))).all()
        await erase_person(session, await session.get_one(Customer, case.customer_id), "system")
        await remove_samples(session, "system")
        assert (await session.get_one(EmbeddingRow, row)).vector == b""


async def test_a_message_is_embedded_once(database: Database) -> None:
    desk = Desk(database)
    case = await desk.said("Il pacco è in ritardo")
    async with database.reading() as session:
        (message,) = (await session.scalars(select(Message.id).where(Message.case_id == case.id))).all()
    await Embedding(database, embed).run(message)
    await Embedding(database, embed).run("no such message")
    async with database.reading() as session:
        assert len((await session.scalars(select(EmbeddingRow.id))).all()) == 1

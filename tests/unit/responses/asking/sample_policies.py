"""The sample policies, what they ask, and a road to a database on which one of them is in force."""

from functools import cache
from importlib.resources import files

from sqlalchemy import select

from models.decision import Decision, FactValue, MissingFact
from models.serial import from_json
from models.tables import Case, DecisionRow
from responses.facts import known_facts
from responses.policy import Policy, load_policy_text
from tests.unit.responses.triage_road import Road


@cache
def sample(name: str) -> Policy:
    """One of the policies that Rimedio brings."""
    return load_policy_text(_text(name), f"{name}.yaml")


def asked_of(policy: Policy, *names: str) -> tuple[MissingFact, ...]:
    """These facts of a policy, as they are asked of a customer."""
    specs = [policy.facts[name] for name in names]
    return tuple(
        MissingFact(name=spec.name, type=spec.type, ask=spec.ask, from_agent=False, choices=spec.choices)
        for spec in specs
    )


class SampleRoad(Road):
    """The road under the policy of the telephone company."""

    policy_text = "telefonia"

    async def prepare(self) -> None:
        async with self.database.writing() as session:
            name = self.policy_text
            assert (await self.policies.load(session, {f"{name}.yaml": _text(name)})).refused == ()
            await self.texts.seed(session)

    async def decision(self, case: Case) -> Decision:
        """The newest decision about a case."""
        async with self.database.reading() as session:
            query = select(DecisionRow.content).where(DecisionRow.case_id == case.id)
            content = (await session.scalars(query.order_by(DecisionRow.id.desc()).limit(1))).one()
            return from_json(Decision, content)

    async def facts(self, case: Case) -> dict[str, FactValue]:
        """What is known of a case."""
        async with self.database.reading() as session:
            return await known_facts(session, case.id)


def _text(name: str) -> str:
    return files("responses.policy").joinpath("samples", f"{name}.yaml").read_text(encoding="utf-8")

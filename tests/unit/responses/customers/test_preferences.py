"""What an agent says of a customer holds in every draft that waits, and changes nothing that is given."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Decision, DecisionKind, Offer, Remedy, RemedyKind
from models.money import Money
from models.states import CaseState, ChoiceHow, OutboxState, Verdict
from models.tables import (
    Approval,
    Case,
    Choice,
    Customer,
    DecisionRow,
    Event,
    Identity,
    OfferRow,
    OutboxEntry,
)
from responses.approving.approval import Approvals
from responses.approving.withholding import Meant
from responses.cases import claim
from responses.config import RoadConfig
from responses.customers.preferences import (
    Preference,
    Preferences,
    preferences_of,
    preferred_first,
    set_preference,
)
from responses.errors import BlockedError
from responses.intake.files import FileStore
from responses.privacy.erasure import erase_person
from responses.privacy.export import export_person
from tests.seed import bound, seed_agent, seed_case, seed_draft
from tests.unit.responses.choices.test_choices import Shop
from tests.unit.responses.triage_road import assessed

DISCOUNT, VOUCHER = RemedyKind.DISCOUNT, RemedyKind.VOUCHER


class Counter(Shop):
    """A shop where agents note what customers prefer."""

    async def notes_down(self, case: Case, which: Preference, value: str | None) -> bool:
        """The agent says it, and triage does what is due."""
        async with self.database.writing() as session:
            row = await session.get_one(Case, case.id, with_for_update=True)
            anew = await set_preference(session, await session.merge(self.agent), row, which, value)
        await self.triage.run(case.id)
        return anew

    async def known(self, case: Case, language: str = "it") -> Preferences:
        async with self.database.reading() as session:
            customer = await session.get_one(Customer, case.customer_id)
            return await preferences_of(session, customer, language)

    async def text(self, case: Case) -> str:
        return (await self.draft(case)).text

    async def chose(self, case: Case, *kinds: RemedyKind, how: ChoiceHow = ChoiceHow.BUTTON) -> None:
        """The customer was once put before these kinds of remedy, and took the first."""
        async with self.database.writing() as session:
            other = await seed_case(session, await session.get_one(Identity, case.identity_id))
            draft = await seed_draft(session, other, kind="offer")
            other.state = CaseState.CLOSED
            row = DecisionRow(
                case_id=other.id,
                revision=1,
                kind="offer",
                tier="agent",
                content={},
                policy_sha256="0",
                inputs_sha256="0",
            )
            session.add(row)
            approval = Approval(
                case_id=other.id,
                draft_id=draft.id,
                agent_id=self.agent.id,
                verdict=Verdict.SEND,
                revision=draft.revision,
                sha256=draft.sha256,
            )
            session.add(approval)
            await session.flush()
            offers = [
                OfferRow(
                    decision_id=row.id,
                    case_id=other.id,
                    kind=kind,
                    basis=Basis.GOODWILL,
                    rule_id="r",
                    content={},
                    choice_group=0,
                    our_fault=True,
                )
                for kind in kinds
            ]
            session.add_all(offers)
            await session.flush()
            session.add(
                Choice(
                    approval_id=approval.id,
                    case_id=other.id,
                    choice_group=0,
                    key=other.id,
                    options=[offer.id for offer in offers],
                    chosen_offer_id=offers[0].id,
                    chosen_how=how,
                    chosen_at=utcnow(),
                )
            )


@pytest_asyncio.fixture
async def shop(database: Database, config: RoadConfig) -> Counter:
    return await Counter(database, config).hire()


@pytest_asyncio.fixture
async def small(sqlite: Database, config: RoadConfig) -> Counter:
    return await Counter(sqlite, config).hire()


async def test_a_waiting_draft_is_made_anew_in_the_language_and_form_of_address(shop: Counter) -> None:
    case = await shop.decides()
    assert await shop.notes_down(case, Preference.FORMALITY, "informal")
    assert (await shop.draft(case)).variant.endswith("-informal")  # type: ignore[union-attr]
    assert await shop.notes_down(case, Preference.LANGUAGE, "de")
    draft = await shop.draft(case)
    assert (draft.language, (draft.variant or "")[1:]) == ("de", "-informal")
    assert (await shop.case(case)).language == "de"
    said = (await shop.known(case)).said
    assert {which: (one.value, one.by) for which, one in said.items()} == {
        Preference.FORMALITY: ("informal", "Sara"),
        Preference.LANGUAGE: ("de", "Sara"),
    }


async def test_cleared_it_is_as_if_nothing_had_been_said(shop: Counter) -> None:
    case = await shop.decides()
    before = await shop.text(case)
    await shop.notes_down(case, Preference.FORMALITY, "informal")
    assert await shop.notes_down(case, Preference.FORMALITY, None)
    assert await shop.text(case) == before
    assert (await shop.known(case)).said == {}


async def test_the_same_said_twice_changes_nothing(small: Counter) -> None:
    case = await small.decides()
    await small.notes_down(case, Preference.FORMALITY, "informal")
    revision = (await small.case(case)).revision
    assert not await small.notes_down(case, Preference.FORMALITY, "informal")
    assert (await small.case(case)).revision == revision


async def test_an_agents_word_wins_over_what_was_heard(small: Counter) -> None:
    await small.writes("Mi sai dire a che ora aprite?", assessed("question"))
    case = await small.decides("Ciao, puoi controllare il pacco RS1234?")
    assert (await small.draft(case)).variant.endswith("informal")  # type: ignore[union-attr]
    await small.notes_down(case, Preference.FORMALITY, "formal")
    assert (await small.draft(case)).variant.endswith("-formal")  # type: ignore[union-attr]


async def test_what_was_written_by_hand_and_what_a_colleague_holds_is_left_alone(small: Counter) -> None:
    case = await small.decides()
    async with small.database.writing() as session:
        edited = await Approvals(small.config).edit(
            session, small.agent, bound(await small.draft(case)), "Mio.", None
        )
    assert not await small.notes_down(case, Preference.FORMALITY, "informal")
    assert (await small.draft(case)).id == edited.id
    async with small.database.writing() as session:
        colleague = await seed_agent(session, "Marco")
        await claim(session, await session.get_one(Case, case.id), colleague)
    with pytest.raises(BlockedError, match="claimed"):
        await small.notes_down(case, Preference.FORMALITY, None)


async def test_a_case_that_is_being_read_is_read_again(small: Counter) -> None:
    case = await small.decides()
    async with small.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.state = CaseState.DRAFTING
        before = row.revision
        await set_preference(session, await session.merge(small.agent), row, Preference.FORMALITY, "informal")
        await session.refresh(row)
        assert row.revision == before + 1


@pytest.mark.parametrize(
    ("which", "value"),
    [(Preference.LANGUAGE, "pt"), (Preference.FORMALITY, "voi"), (Preference.REMEDY, "words")],
)
async def test_only_what_there_is_can_be_said(small: Counter, which: Preference, value: str) -> None:
    case = await small.decides()
    with pytest.raises(BlockedError, match="preference_unknown"):
        await small.notes_down(case, which, value)


async def test_the_preferred_kind_stands_first_in_text_and_buttons_and_the_default_stays(
    shop: Counter,
) -> None:
    case = await shop.decides()
    assert await shop.notes_down(case, Preference.REMEDY, "voucher")
    text = await shop.text(case)
    assert text.index("10\u00a0€") < text.index("15%")
    await shop.answers(shop.agent, case)
    async with shop.database.reading() as session:
        sent = (await session.scalars(select(OutboxEntry).where(OutboxEntry.purpose == "answer"))).one()
    assert [label[:5] for label in sent.content["choices"][0]["labels"]] == ["buono", "15% s"]
    await shop.waits(days=30)
    choice = await shop.choice()
    assert (choice.chosen_how, choice.options.index(choice.chosen_offer_id)) == (ChoiceHow.DEFAULT, 1)
    assert await shop.offers() == ["expired", "chosen"]


async def test_where_the_default_was_withheld_what_was_put_holds(shop: Counter) -> None:
    case = await shop.decides()
    assert await shop.notes_down(case, Preference.REMEDY, "voucher")
    left = "Abbiamo sbagliato noi: le chiedo scusa. Rispediamo tutto {due:1}. Le offriamo un buono da 10 €."
    await shop.approves(case, left, **{"o0.1": Meant.WITHHELD})
    async with shop.database.writing() as session:
        await session.execute(update(OutboxEntry).values(state=OutboxState.SENT))
    await shop.waits(days=30)
    assert (await shop.choice()).chosen_how == ChoiceHow.DEFAULT
    assert await shop.offers() == ["chosen", "withdrawn"]


async def test_a_remedy_disturbs_no_draft_without_a_choice(small: Counter) -> None:
    case = await small.writes("A che ora aprite?", assessed("question"))
    assert not await small.notes_down(case, Preference.REMEDY, "refund")


async def test_two_choices_of_a_kind_are_a_habit_with_its_days(shop: Counter) -> None:
    case = await shop.decides()
    await shop.chose(case, VOUCHER, DISCOUNT)
    assert (await shop.known(case)).habit is None
    await shop.chose(case, VOUCHER, RemedyKind.REFUND, how=ChoiceHow.WORDS)
    known = await shop.known(case)
    assert known.habit is not None
    assert (known.habit.kind, len(known.habit.at), known.suggested) == (VOUCHER, 2, VOUCHER)
    await shop.notes_down(case, Preference.REMEDY, "discount")
    assert (await shop.known(case)).suggested is None


@pytest.mark.parametrize(
    ("kinds", "how"),
    [
        pytest.param((VOUCHER, VOUCHER), ChoiceHow.BUTTON, id="nothing else was to be had"),
        pytest.param((VOUCHER, DISCOUNT), ChoiceHow.DEFAULT, id="nobody chose"),
        pytest.param((VOUCHER, DISCOUNT), ChoiceHow.AGENT, id="an agent pressed"),
    ],
)
async def test_what_says_nothing_of_their_wishes_is_no_habit(
    small: Counter, kinds: tuple[RemedyKind, ...], how: ChoiceHow
) -> None:
    case = await small.decides()
    await small.chose(case, *kinds, how=how)
    await small.chose(case, *kinds, how=how)
    assert (await small.known(case)).habit is None


async def test_as_often_the_one_as_the_other_is_no_habit(small: Counter) -> None:
    case = await small.decides()
    await small.chose(case, VOUCHER, DISCOUNT)
    await small.chose(case, VOUCHER, DISCOUNT)
    await small.chose(case, DISCOUNT, VOUCHER)
    await small.chose(case, DISCOUNT, VOUCHER)
    assert (await small.known(case)).habit is None


async def test_all_of_it_is_exported_and_erased(small: Counter, tmp_path: object) -> None:
    case = await small.decides()
    await small.notes_down(case, Preference.LANGUAGE, "fr")
    await small.notes_down(case, Preference.REMEDY, "voucher")
    async with small.database.writing() as session:
        customer = await session.get_one(Customer, case.customer_id)
        told = await export_person(session, customer, FileStore(str(tmp_path)))
        assert (told["person"]["preferred_language"], told["person"]["preferred_remedy"]) == ("fr", "voucher")
        await erase_person(session, customer, "system")
    async with small.database.reading() as session:
        customer = await session.get_one(Customer, case.customer_id)
        events = (await session.scalars(select(Event).where(Event.action == "preference.set"))).all()
    assert (customer.preferred_language, customer.preferred_remedy) == (None, None)
    assert [event.details for event in events] == [{"preference": "language"}, {"preference": "remedy"}]


def remedies() -> st.SearchStrategy[Remedy]:
    return st.builds(
        lambda kind, sum_, basis: Remedy(
            kind=kind, worth=Money(amount=Decimal(sum_), currency="EUR"), basis=basis
        ),
        st.sampled_from(RemedyKind),
        st.integers(0, 50),
        st.sampled_from([None, Basis.OWED]),
    )


OFFERS = st.builds(
    lambda options: Offer(basis=Basis.GOODWILL, options=tuple(options), rule_id="r", complaint_type=None),
    st.lists(remedies(), min_size=1, max_size=5),
)


@given(offers=st.lists(OFFERS, max_size=3), kind=st.one_of(st.none(), st.sampled_from(RemedyKind)))
def test_a_preference_moves_options_and_changes_nothing_else(
    offers: list[Offer], kind: RemedyKind | None
) -> None:
    decision = Decision(
        kind=DecisionKind.OFFER, policy="p", policy_sha256="0", complaint_types=(), offers=tuple(offers)
    )
    found = preferred_first(decision, kind)
    assert replace(found, offers=decision.offers) == decision
    assert [_sorted(offer.options) for offer in found.offers] == [_sorted(offer.options) for offer in offers]
    assert [_default(offer) for offer in found.offers] == [_default(offer) for offer in offers]
    assert [_bare(offer) for offer in found.offers] == [_bare(offer) for offer in offers]
    assert all(_is_first(offer, kind) for offer in found.offers)
    assert preferred_first(found, kind) == found


def _sorted(options: Sequence[Remedy]) -> list[str]:
    return sorted(map(repr, options))


def _default(offer: Offer) -> Remedy:
    return offer.options[offer.default]


def _bare(offer: Offer) -> Offer:
    return replace(offer, options=(), default=0)


def _is_first(offer: Offer, kind: RemedyKind | None) -> bool:
    """Whether no option of that kind stands after one of another, where the order is free."""
    kinds = [option.kind == kind for option in offer.options]
    return offer.is_mixed or kinds == sorted(kinds, reverse=True)

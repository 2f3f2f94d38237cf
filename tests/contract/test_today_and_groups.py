"""What is open, and whose post a card takes the place of: the same on SQLite and on PostgreSQL."""

from datetime import timedelta

from bot.agents.group_cards import post_replaced
from models.clock import utcnow
from models.database import Database
from models.states import CaseState, Direction, OutboxState, Purpose, TopicState
from models.tables import AgentsGroup, Message, OutboxEntry, Topic
from responses.people.groups import card_chats, move_chat
from responses.people.today import open_today
from responses.sending.outbox import enqueue_card
from tests.seed import seed_agent, seed_case, seed_identity

GROUP = "telegram:7:-40"


async def test_the_longest_wait_is_first_and_counts_from_the_oldest_words(database: Database) -> None:
    now = utcnow()
    async with database.writing() as session:
        waits = {"Marta": (1, 9), "Paolo": (5, 7)}
        for name, hours in waits.items():
            case = await seed_case(session, await seed_identity(session, name=name))
            case.state = CaseState.WAITING_AGENT
            for ago in hours:
                session.add(
                    Message(
                        case_id=case.id,
                        direction=Direction.IN,
                        text="x",
                        sent_at=now,
                        created_at=now - timedelta(hours=ago),
                    )
                )
    async with database.reading() as session:
        today = await open_today(session)
    assert [(one.identity.display_name, now - one.since) for one in today.for_us] == [
        ("Marta", timedelta(hours=9)),
        ("Paolo", timedelta(hours=7)),
    ]


async def test_a_card_takes_the_place_of_the_one_before_piece_by_piece(database: Database) -> None:
    async with database.writing() as session:
        case = await seed_case(session)
        first = await enqueue_card(session, case, None, GROUP, None)
        assert first is not None
        first.message_ids = ["31"]
        case.revision += 1
        await session.flush()
        second = await enqueue_card(session, case, None, GROUP, None)
        assert second is not None
        assert await post_replaced(session, second) == 31


async def test_a_moved_group_keeps_what_waits_and_lets_go_of_what_was_posted(database: Database) -> None:
    new = "telegram:7:-100"
    async with database.writing() as session:
        admin = await seed_agent(session)
        admin.telegram_id = 5
        session.add(AgentsGroup(source="telegram:7", chat_key=GROUP, has_topics=True, set_by=admin.id))
        case = await seed_case(session)
        session.add(Topic(case_id=case.id, chat_key=GROUP, name="n. 1", state=TopicState.NONE))
        card = await enqueue_card(session, case, None, GROUP, None)
        assert card is not None
        card.message_ids = ["31"]
        session.add(
            OutboxEntry(
                purpose=Purpose.CARD,
                dedupe_key="sent",
                chat_key=GROUP,
                content={},
                state=OutboxState.SENT,
                provider_id="31",
            )
        )
        await session.flush()
        await move_chat(session, GROUP, new)
        await session.refresh(card)
        chats = await card_chats(session, case, [admin], lambda agent: f"telegram:7:{agent.telegram_id}")
        entries = await session.run_sync(
            lambda sync: {row.dedupe_key[:4]: row.chat_key for row in sync.query(OutboxEntry)}
        )
    assert chats == [(None, new)]
    assert (card.message_ids, card.closed_at is not None) == ([], True)
    assert entries == {"sent": GROUP, "card": new}

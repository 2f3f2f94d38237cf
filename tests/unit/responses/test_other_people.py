"""Names in the middle of a text: whose they are, the books and the cases know."""

import pytest

from models.clock import utcnow
from models.database import Database
from models.tables import Order
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.errors import BlockedError
from tests.seed import seed_agent, seed_case, seed_draft, seed_identity
from tests.unit.responses.approving.test_approval import approve
from tests.unit.responses.test_checks_on_the_road import written


@pytest.fixture
def approvals(config: RoadConfig) -> Approvals:
    return Approvals(config)


async def found(database: Database, approvals: Approvals, text: str) -> list[tuple[str, str]]:
    """The names found in an answer to Marta, where others have written and bought."""
    async with database.writing() as session:
        agent = await seed_agent(session)
        await seed_agent(session, "Sonia Greco")
        for name in (
            "Paolo Bianchi",
            "Rosa Conti",
            "Sonia Serra",
            "Élodie Martin",
            "Marta Verdi",
            "🦋Ale🦋",
            "Ida Maria De Luca",
        ):
            await seed_identity(session, name=name)
        session.add(
            Order(
                number="RS-9",
                key="rs9",
                name="Neri Lucia",
                facts={},
                source="libro.csv",
                imported_at=utcnow(),
            )
        )
        case = await seed_case(session)
        await seed_draft(session, case)
    draft = await written(database, approvals, agent, case, text)
    return [(one["code"], one["words"]) for one in draft.findings if one["code"] == "stranger_name"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Buongiorno Marta, il suo pacco è da Paolo Bianchi.", "Paolo Bianchi"),
        ("Buongiorno Marta, il suo pacco è da Bianchi Paolo.", "Bianchi Paolo"),
        ("Buongiorno Marta, il suo pacco lo ha ritirato Paolo.", "Paolo"),
        ("Buongiorno Marta, il suo pacco è dalla signora Neri.", "Neri"),
        ("Buongiorno Marta. Lucia Neri ha ricevuto il suo pacco.", "Lucia Neri"),
        ("Buongiorno Marta, il suo pacco è da Élodie.", "Élodie"),
        ("Buongiorno Marta. La Signora Bianchi ha già ricevuto il suo pacco.", "Bianchi"),
        ("Buongiorno Marta. Ieri Signora Paolo Bianchi ha scritto.", "Paolo Bianchi"),
        ("Buongiorno Marta, il suo pacco è dalla signora De Luca.", "De Luca"),
        ("Buongiorno Marta, il suo pacco è da Ida De Luca.", "Ida De Luca"),
    ],
)
async def test_another_customers_name_is_shown_and_stops_nothing(
    database: Database, approvals: Approvals, text: str, name: str
) -> None:
    assert await found(database, approvals, text) == [("stranger_name", name)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Buongiorno Marta, la maglia in Rosa è pronta. Rosa le piace?", id="a colour"),
        pytest.param("Buongiorno Marta, se ne occupa Sonia, o Giulia.", id="agents"),
        pytest.param("Buongiorno Marta, il negozio è in via Paolo.", id="a street"),
        pytest.param("Buongiorno Marta, la lana viene da Bianchi.", id="a surname alone"),
        pytest.param("Buongiorno Marta, le scrivo da Bologna.", id="nobody's"),
        pytest.param("Buongiorno Marta, la aspetto, Marta.", id="the customer's own"),
        pytest.param("Buongiorno Paolo, ecco la risposta.", id="the greeting"),
    ],
)
async def test_what_is_no_other_customers_name_is_not(
    database: Database, approvals: Approvals, text: str
) -> None:
    assert await found(database, approvals, text) == []


async def test_an_answer_with_the_name_can_go_out(sqlite: Database, approvals: Approvals) -> None:
    async with sqlite.writing() as session:
        agent, case = await seed_agent(session), await seed_case(session)
        await seed_identity(session, name="Paolo Bianchi")
        await seed_draft(session, case)
    draft = await written(sqlite, approvals, agent, case, "Buongiorno Marta, lo ha Paolo Bianchi.\nGiulia")
    try:
        await approve(sqlite, approvals, agent, draft)
    except BlockedError as error:
        pytest.fail(error.reason)

"""One running program for most scenarios, and one that can be killed for the others."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.office import Office
from tests.telegram import Double, FaultProxy, User


@dataclass(frozen=True, kw_only=True)
class Staffed:
    """A running program with its people; its requests to Telegram pass the fault proxy."""

    office: Office
    telegram: Double
    faults: FaultProxy
    giulia: User
    bruno: User
    sofia: User


@contextmanager
def staff(folder: Path, *, quick: bool) -> Iterator[Staffed]:
    """A running program with two agents and a supervisor."""
    with Double() as telegram, FaultProxy(telegram) as faults:
        office = Office(folder / "home", telegram, faults.url, quick=quick)
        office.start()
        try:
            office.wait_until_ready()
            yield Staffed(
                office=office,
                telegram=telegram,
                faults=faults,
                giulia=office.hire("Giulia"),
                bruno=office.hire("Bruno"),
                sofia=office.hire("Sofia", "supervisor"),
            )
        finally:
            office.stop()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """One office for all tests in which it does not matter what the model says."""
    with staff(tmp_path_factory.mktemp("office"), quick=True) as staffed:
        yield staffed


@pytest.fixture
def staffed(running: Staffed) -> Iterator[Staffed]:
    """The running program, idle before the test; every request of the test was valid to aiogram."""
    running.office.settled()
    running.faults.clear()
    yield running
    assert running.telegram.violations == []
    assert running.telegram.token not in running.office.log.read_text()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[tuple[Office, FaultProxy]]:
    """A program of the test's own, not started yet, to be killed."""
    with Double() as telegram, FaultProxy(telegram) as faults:
        office = Office(tmp_path / "home", telegram, faults.url, quick=True)
        yield office, faults
        office.kill()

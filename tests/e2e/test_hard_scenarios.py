"""Hard cases from the first message to the last promise, read by the classifier that ships.

In 32 of the 90 that are played to their end an agent puts a label right before the decisive expectation
(docs/evaluation.md).
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.database import Database
from responses.config import Business, RoadConfig
from responses.policies import PolicyBook
from responses.policy.errors import PolicyFileError
from rimedio.model import Model
from rimedio.settings import Settings
from tests.e2e.scenario_file import IDEAS, Acts, Expects, Scenario, all_scenarios, read_scenarios
from tests.e2e.stage import Stage

SCENARIOS = all_scenarios()
PLAYED = [scenario for scenario in SCENARIOS if scenario.waits_for is None]
CONFIG = RoadConfig(
    business=Business(name="Maglieria Rossi", contact="055 0123456"),
    timezone=ZoneInfo("Europe/Rome"),
    debounce=timedelta(0),
    undo=timedelta(0),
)
# What was read of a policy once serves every scenario with the same rules.
POLICIES = PolicyBook()
SAID_IN = Path(__file__).parents[2] / "docs" / "evaluation.md"
SHOWN_BY: Mapping[str, frozenset[str]] = {
    "I1": frozenset({"rules", "promises", "cut"}),
    "I2": frozenset({"precedents", "refused unsaid", "findings amount_above", "findings offer_missing"}),
    "I3": frozenset({"apologise yes", "findings offer_missing", "findings non_apology", "mark"}),
    "I4": frozenset({"apologise yes", "apologise no"}),
    "I5": frozenset({"open_promises", "status_of", "refused promise_open"}),
    "I6": frozenset({"flag person_wanted", "passed_to Sara", "state taken_over", "kind hand_over"}),
    "I7": frozenset({"second_time yes", "at_fault", "open_promises"}),
    "I8": frozenset({"signals"}),
    "I9": frozenset({"cost", "show_worth", "cut"}),
    "I10": frozenset({"kind hand_over", "kind exit"}),
    "I11": frozenset({"ask"}),
    "I12": frozenset({"ask", "missing", "cases"}),
    "I13": frozenset({"refusals", "alternative", "findings right_not_mentioned"}),
    "I14": frozenset({"manner mediate", "manner boundary", "findings insult", "findings blame_customer"}),
    "I15": frozenset({"edit_reason", "findings non_apology", "findings insult", "findings blank"}),
    "I16": frozenset({"language", "formality"}),
    "I17": frozenset({"kind thanks"}),
    "I18": frozenset({"manner boundary", "passed_to Sara", "refusals", "kind exit"}),
}
"""What an expectation must speak of, and some of them with which value, to be about an idea."""
STORY = """
- scenario: a late parcel
  ideas: I1
  policy: negozio
  steps:
    - customer: "Il pacco non arriva"
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    # With the settings' defaults, whatever this machine has set.
    loaded = Model(Settings.model_construct(home=tmp_path_factory.mktemp("home")))
    asyncio.run(loaded.load())
    yield loaded
    loaded.close()


def _marked(scenario: Scenario) -> object:
    waits = pytest.mark.xfail(reason=scenario.waits_for or "", raises=AssertionError, strict=True)
    return pytest.param(scenario, marks=[waits] if scenario.waits_for is not None else [])


@pytest.mark.parametrize("scenario", [_marked(one) for one in SCENARIOS], ids=[str(one) for one in SCENARIOS])
async def test_it_comes_out_as_the_rules_say(scenario: Scenario, sqlite: Database, model: Model) -> None:
    await Stage(sqlite, CONFIG, POLICIES, model.classify, model.embed).play(scenario)


def _expected(scenario: Scenario) -> Iterator[str]:
    """The key of everything expected, alone and with each of its values, and why a deed must be refused."""
    for step in scenario.steps:
        match step.doing:
            case Acts(refused=str(reason)):
                yield f"refused {reason}"
            case Expects(of=of):
                for key, value in of.items():
                    said = ("no", "yes")[value] if isinstance(value, bool) else value
                    yield key
                    yield from (f"{key} {one}" for one in (said if isinstance(said, tuple) else (said,)))
            case _:
                pass


def test_every_idea_is_played_at_least_twice() -> None:
    played = Counter(
        idea
        for scenario in PLAYED
        for idea in scenario.ideas
        if not SHOWN_BY[idea].isdisjoint(_expected(scenario))
    )
    assert [idea for idea in IDEAS if played[idea] < 2] == []


def test_in_how_many_an_agent_puts_a_label_right_is_said_as_counted() -> None:
    corrected = [
        scenario
        for scenario in PLAYED
        if any(isinstance(step.doing, Acts) and step.doing.deed == "correct" for step in scenario.steps)
    ]
    said = f"in {len(corrected)} of the {len(PLAYED)} that are played to their end"
    assert said in _running(__doc__ or "")
    assert said in _running(SAID_IN.read_text(encoding="utf-8"))


def _running(text: str) -> str:
    return " ".join(text.split()).lower()


def test_no_two_scenarios_have_one_name() -> None:
    names = Counter(str(scenario) for scenario in SCENARIOS)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ideas:", "idea:", '3:3: [0].idea: unknown key "idea"; did you mean "ideas"?'),
        ("customer:", "custommer:", 'custommer: unknown step "custommer"; did you mean "customer"?'),
        ('customer: "Il pacco non arriva"', "expect: {kinds: offer}", 'unknown expectation "kinds"; did you'),
        (
            'customer: "Il pacco non arriva"',
            "agent: aprove",
            'unknown deed "aprove"; did you mean "approve"?',
        ),
        ("policy: negozio", "policy: mercato", 'unknown sample "mercato"'),
        ("I1", "I19", 'unknown idea "I19"'),
    ],
    ids=["a key", "a step", "an expectation", "a deed", "a policy", "an idea"],
)
def test_what_nobody_knows_is_refused_with_file_and_line(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyFileError, match=r"story\.yaml:\d+:\d+: ") as refused:
        read_scenarios(path)
    assert problem in str(refused.value)

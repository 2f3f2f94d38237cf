"""A policy that declares no facts at all: what the program names itself is then simply never known."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.decision import Basis, DecisionKind, Matter, Role
from models.labels import ComplaintType
from responses.policy import Policy, Severity, check, decide, load_policy_text
from responses.policy.explained import reasons
from responses.policy.replay import Replay
from responses.policy.words import sheet
from rimedio.cli import app
from tests.unit.responses.policy.pasts import past
from tests.unit.responses.policy.policy_cases import HEAD, euro, gave, known, matter
from tests.unit.responses.policy.test_generated import REMEDIES

BARE = HEAD.partition("facts:")[0]
EVERY = (*REMEDIES, "redo", "{discount: 20%, of: order}", "{exchange_at_cost: {it: paga la spedizione}}")
AGAIN = (gave("voucher", "delivery_late", "5", case_id="older", promise_state=None),)
MATTERS = [
    pytest.param(matter("delivery_late"), id="of nothing known"),
    pytest.param(
        matter("delivery_late", facts=known(order_id="RS1", order_value=euro("50"))), id="of an order"
    ),
    pytest.param(matter("delivery_late", history=AGAIN), id="again"),
]
LIMITS = [
    pytest.param("", id="without limits"),
    pytest.param("limits: {share_of_price: 150%}\n", id="bounded by the price"),
    pytest.param("limits: {per_case: 10 EUR, share_of_price: 150%}\n", id="bounded by a sum"),
]
LADDER = "ladder: [{voucher: 5 EUR}, {refund: 30%}, {refund: full}]\n"
SECOND = "second_time: {within: 180 days, raise: one step}\n"


def giving(remedy: str, limits: str, basis: Basis) -> Policy:
    due = f"owed: [{{id: o, when: always, give: {remedy}, source: legge}}]\n" if basis is Basis.OWED else ""
    favour = remedy if basis is Basis.GOODWILL else "{voucher: 5 EUR}"
    rules = f"rules: [{{id: r, when: {{act: complaint}}, give: {favour}}}]\n"
    return load_policy_text(BARE + due + rules + LADDER + SECOND + limits, "p.yaml")


@pytest.mark.parametrize("about", MATTERS)
@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("remedy", EVERY)
def test_every_remedy_is_decided_and_explained_and_nobody_is_asked_for_what_is_not_declared(
    remedy: str, basis: Basis, limits: str, about: Matter
) -> None:
    policy = giving(remedy, limits, basis)
    decision = decide(policy, about)
    assert (decision.kind, decision.missing) == (DecisionKind.OFFER, ())
    assert len(reasons(policy, about, decision, "it")) == len(decision.steps)
    replayed = Replay(policy).judge(past("delivery_late", facts={"order_value": euro("50")}))
    assert replayed.decision.kind is DecisionKind.OFFER
    assert sheet(policy, "it").text()


@pytest.mark.parametrize("remedy", ["{refund: full}", "{refund: 30%}", "{discount: 20%, of: order}"])
def test_a_favour_by_an_undeclared_price_is_for_a_supervisor_and_the_check_says_so(remedy: str) -> None:
    policy = giving(remedy, "", Basis.GOODWILL)
    assert decide(policy, matter("delivery_late")).tier is Role.SUPERVISOR
    (found,) = (one for one in check(policy) if "ever know" in one.message and one.key == "rules[0].give")
    assert (found.severity, found.line) == (Severity.WARNING, 5)


def test_a_price_of_another_type_is_an_error_and_nobody_is_asked_for_what_they_said() -> None:
    text = f"{BARE}facts: {{order_value: {{type: number, from: [agent]}}}}\n"
    rule = "rules: [{id: r, when: {act: complaint}, give: {refund: full}}]\n"
    policy = load_policy_text(text + rule, "p.yaml")
    assert decide(policy, matter("delivery_late", facts=known(order_value=euro("5").amount))).missing == ()
    (error,) = (one for one in check(policy, ["it"]) if one.key == "facts.order_value")
    assert (error.severity, error.line) == (Severity.ERROR, 5)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy with a rule for each remedy, its cases beside it, and a past."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    rules = "".join(
        f"  - {{id: {one}, when: {{complaint: {one}}}, give: {remedy}}}\n"
        for one, remedy in zip(ComplaintType, EVERY, strict=False)
    )
    path = tmp_path / "p.yaml"
    path.write_text(f"{BARE}rules:\n{rules}  - {{id: rest, when: {{act: complaint}}, hand_over: agent}}\n")
    cases = "  - {case: one, message: {complaint: delivery_late}, expect: {kind: offer}}\n"
    (tmp_path / "p.cases.yaml").write_text(f"today: 2026-11-23\ncases:\n{cases}")
    rows = "".join(
        f"2026-11-0{day},complaint,{one}\n" for day, one in enumerate(ComplaintType, 1) if day < 10
    )
    (tmp_path / "past.csv").write_text(f"date,act,complaint_types\n{rows}")
    return path


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            ("explain", "No!", "--types", ",".join(ComplaintType), "--policy", "p.yaml"), id="explain"
        ),
        pytest.param(("show", "p.yaml"), id="show"),
        pytest.param(("test", "p.cases.yaml"), id="test"),
        pytest.param(("simulate", "past.csv", "--policy", "p.yaml"), id="simulate"),
    ],
)
def test_every_command_copes(file: Path, words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["policy", *words])
    assert (done.exit_code, file.exists()) == (0, True), done.output

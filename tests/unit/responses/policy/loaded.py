"""The problems of a policy, as its loading names them."""

import pytest

from responses.policy import PolicyFileError, load_policy_text
from tests.unit.responses.policy.policy_cases import HEAD

RULE = "rules: [{id: a, when: always, hand_over: agent}]\n"


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyFileError) as caught:
        load_policy_text(text, "p.yaml")
    return [str(problem) for problem in caught.value.problems]


def problems_after_head(text: str) -> list[str]:
    """Problems without file, line and column, of a policy whose head is sound."""
    return [problem.split(": ", 1)[1] for problem in problems(HEAD + text)]


OWED = "owed: [{{id: o, when: {when}, give: {{refund: 5 EUR}}, source: legge{more}}}]\n"

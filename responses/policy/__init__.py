"""The policy: what the business decided beforehand, and what that means for one case."""

from responses.policy.check import Finding, Severity, check
from responses.policy.decide import decide
from responses.policy.errors import PolicyError, PolicyFileError, Problem
from responses.policy.given import given_by
from responses.policy.load import load_policy, load_policy_text
from responses.policy.schema import Policy

__all__ = [
    "Finding",
    "Policy",
    "PolicyError",
    "PolicyFileError",
    "Problem",
    "Severity",
    "check",
    "decide",
    "given_by",
    "load_policy",
    "load_policy_text",
]

"""The policy: what the business decided beforehand, and what that means for one case."""

from responses.policy.check import check, check_folder
from responses.policy.decide import Judge, decide
from responses.policy.errors import PolicyError, PolicyFileError, Problem
from responses.policy.findings import Finding, Severity
from responses.policy.given import given_by
from responses.policy.load import load_policy, load_policy_text
from responses.policy.schema import Policy

__all__ = [
    "Finding",
    "Judge",
    "Policy",
    "PolicyError",
    "PolicyFileError",
    "Problem",
    "Severity",
    "check",
    "check_folder",
    "decide",
    "given_by",
    "load_policy",
    "load_policy_text",
]

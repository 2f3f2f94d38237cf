"""Which files of the policy folder are policies."""

from pathlib import Path

from responses.policy.case_file import SUFFIX

ANSWERS = "answers.yaml"
"""The ready answers to everyday questions stand beside the policies."""


def policies_in(folder: Path) -> list[Path]:
    """The policies of a folder, without their cases and the ready answers."""
    return [
        path
        for path in sorted(folder.glob("*.yaml"))
        if not path.name.endswith(SUFFIX) and path.name != ANSWERS
    ]

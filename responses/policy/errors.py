"""What can be wrong with a policy file."""

from dataclasses import dataclass

from responses.errors import ResponsesError


class PolicyError(ResponsesError):
    """Base class of every error of the policy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong in a policy file. `line` and `column` count from 1; `key` is like `rules[1].give`."""

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class PolicyFileError(PolicyError):
    """A policy file cannot be used. `problems` holds everything found wrong, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

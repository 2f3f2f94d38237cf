"""How well the checks of outgoing texts do on the example answers, written to docs/checks.md.

.venv/bin/python -m benchmarks.checks
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from responses.checks import CODES, Severity, check_text
from responses.drafts.phrases import LANGUAGES
from tests.checks.examples import CheckExample, read_examples, read_honest

PAGE = Path("docs/checks.md")
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


@dataclass(kw_only=True, slots=True)
class Counts:
    """Findings by code: right, wrongly found, and missed."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def row(self, code: str) -> tuple[str, str, str, str]:
        """How many there are, precision, recall, and false alarms."""
        right, wrong, missed = self.right[code], self.wrong[code], self.missed[code]
        return str(right + missed), _share(right, right + wrong), _share(right, right + missed), str(wrong)


def measure(examples: Sequence[CheckExample]) -> Counts:
    """A code counts once per text, wherever it stands in it."""
    counts = Counts()
    for example in examples:
        found = {finding.code for finding in check_text(example.text, example.about)}
        counts.right.update(found & example.expected)
        counts.wrong.update(found - example.expected)
        counts.missed.update(example.expected - found)
    return counts


def main() -> None:
    """Prints both parts and puts the table into the page."""
    examples = read_examples()
    kept = measure([example for example in examples if example.held_out])
    seen = measure([example for example in examples if not example.held_out])
    table = Table("check", "seen", "precision", "recall", "false", "held out", "precision", "recall", "false")
    lines = [
        f"{len(examples)} texts, {sum(example.held_out for example in examples)} of them held out.",
        "",
        "| finding | held out: texts | precision | recall | others: texts | precision | recall |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for code in (*CODES, "all"):
        if code == "all":
            for counts in (kept, seen):
                for counter in (counts.right, counts.wrong, counts.missed):
                    counter["all"] = counter.total()
        one, two = seen.row(code), kept.row(code)
        table.add_row(code, *one, *two)
        lines.append(f"| `{code}` | {' | '.join(two[:3])} | {' | '.join(one[:3])} |")
    lines += [*_by_language(examples), *_by_honesty(read_honest())]
    Console(width=110).print(table)
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    measured = "\n".join(lines)
    PAGE.write_text(f"{head}{BEGIN}\n{measured}\n{END}{tail}", encoding="utf-8")


def _by_language(examples: Sequence[CheckExample]) -> list[str]:
    """Each finding's precision and recall in each language, and which of them no example has."""
    counts = {
        language: measure([one for one in examples if one.about.language == language])
        for language in LANGUAGES
    }
    lines = [
        "",
        "Precision / recall by language, over all texts, with the number of texts:",
        "",
        f"| finding | {' | '.join(counts)} |",
        f"| --- |{' ---: |' * len(counts)}",
    ]
    lacking: dict[str, list[str]] = {}
    for code in CODES:
        cells = []
        for language, counted in counts.items():
            texts, precision, recall, wrong = counted.row(code)
            cells.append(f"{precision} / {recall} ({texts})" if (texts, wrong) != ("0", "0") else "–")
            if texts == "0":
                lacking.setdefault(code, []).append(language)
        lines.append(f"| `{code}` | {' | '.join(cells)} |")
    named = "; ".join(f"`{code}` ({', '.join(languages)})" for code, languages in lacking.items())
    return [*lines, "", f"Without any example: {named}." if named else "Each is tried in each language."]


def _by_honesty(examples: Sequence[CheckExample]) -> list[str]:
    """How many texts that only mention money are stopped, and of how many that give it that is told."""
    lines = [
        "",
        "Of the texts about money (`examples_of_honest.jsonl`):",
        "",
        "| texts | only mention it | judged right | stopped | give it | told |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, held_out in (("held out", True), ("others", False)):
        right, stopped, told = 0, 0, 0
        part = [one for one in examples if one.held_out is held_out]
        for one in part:
            found = check_text(one.text, one.about)
            codes = {finding.code for finding in found}
            is_stopped = any(finding.severity is Severity.ERROR for finding in found)
            right += one.is_honest and not is_stopped and codes == one.expected
            stopped += one.is_honest and is_stopped
            told += not one.is_honest and codes >= one.expected
        honest = sum(one.is_honest for one in part)
        lines.append(f"| {name} | {honest} | {right} | {stopped} | {len(part) - honest} | {told} |")
    return lines


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


if __name__ == "__main__":
    main()

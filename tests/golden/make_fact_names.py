"""What agents read of the sample policies' facts, written out once: `python -m tests.golden.make_fact_names`.

One file per language of the desk in tests/golden/fact_names. Beside each fact's name in the file stands its
name over a value; after `–` as what must be known and after `?` as what the customer is asked for, where
these differ; and in brackets the values of a choice. Read what changed before committing it.
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from models.decision import MissingFact
from responses.policy import Policy, load_policy_text
from responses.policy.fact_names import FactNames
from responses.policy.read_words import LANGUAGES
from responses.policy.schema import FactSpec

FOLDER = Path(__file__).parent / "fact_names"
SAMPLES = ("negozio", "albergo", "telefonia")


def sample(name: str) -> Policy:
    """A policy that comes with the program."""
    text = files("responses.policy").joinpath("samples", f"{name}.yaml").read_text(encoding="utf-8")
    return load_policy_text(text, f"{name}.yaml")


def golden(language: str) -> str:
    """The file of one language."""
    return "\n".join(line for name in SAMPLES for line in _lines(name, language)) + "\n"


def _lines(name: str, language: str) -> Iterator[str]:
    policy = sample(name)
    names = FactNames(policy, language)
    yield name
    for spec in policy.facts.values():
        yield f"  {spec.name}: {_named(spec, names)}"


def _named(spec: FactSpec, names: FactNames) -> str:
    fact = MissingFact(name=spec.name, type=spec.type, ask=spec.ask, from_agent=True)
    over, needed, wanted = names.over(spec.name), names.needed(spec.name), names.wanted(fact)
    parts = [over]
    parts += [f"– {needed}"] if needed != over else []
    parts += [f"? {wanted}"] if spec.ask is not None and wanted != needed else []
    parts += [f"[{', '.join(names.choice(spec.name, one) for one in spec.choices)}]"] if spec.choices else []
    return " ".join(parts)


def main() -> None:
    """Writes the files anew."""
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        (FOLDER / f"{language}.txt").write_text(golden(language), encoding="utf-8")


if __name__ == "__main__":
    main()

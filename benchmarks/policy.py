"""How many matters a policy decides in a second of processor time, explained and not.

    python -m benchmarks.policy [SECONDS]

Prints a line for each sample policy. The matters are made up from the sample's own case file, which every
decision goes through in turn.
"""

import sys
import time
from pathlib import Path

from models.decision import Matter
from responses.policy import Judge, load_policy
from responses.policy.case_file import SUFFIX, policy_beside, read_cases

SAMPLES = Path(__file__).parents[1] / "responses" / "policy" / "samples"


def main() -> None:
    """Measures each sample for the seconds given, two by default."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    for path in sorted(SAMPLES.glob(f"*{SUFFIX}")):
        policy = load_policy(policy_beside(path))
        matters = [case.matter for case in read_cases(path, policy)]
        judge = Judge(policy)
        explained = _rate(judge, matters, seconds, explain=True)
        plain = _rate(judge, matters, seconds, explain=False)
        print(
            f"{policy.name:<16} {explained:>7.0f} a second explained, {plain:>7.0f} without: "
            f"{plain / explained:.1f} times as many"
        )


def _rate(judge: Judge, matters: list[Matter], seconds: float, *, explain: bool) -> float:
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for matter in matters:
            judge.decide(matter, explain=explain)
        done += len(matters)
    return done / spent


if __name__ == "__main__":
    main()

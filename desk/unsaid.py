"""What the page asks about what a text leaves out or promises by itself."""

from desk.context import Visit
from models.clock import utcnow
from responses.approving.withholding import ABOUT_UNSAID, Meant, UnsaidError
from responses.checks import Unsaid
from responses.drafts.dates import format_due
from responses.promises.word_given import FURTHEST, WordGiven, WordGivenError


def asked_of(visit: Visit, error: UnsaidError) -> list[dict[str, object]]:
    """What the page asks about each thing that the text leaves out."""

    def label(one: Unsaid, meant: Meant) -> str:
        return visit.words(f"unsaid.{'answer' if one.key == 'a' else 'offer'}_{meant}")

    return [
        {
            "key": one.key,
            "told": one.told(visit.words.language),
            "choices": [
                {"meant": meant, "label": label(one, meant)}
                for meant in ABOUT_UNSAID
                if not one.needs_slot or meant is Meant.WITHHELD
            ],
        }
        for one in error.unsaid
    ]


def given_of(visit: Visit, error: WordGivenError) -> list[dict[str, object]]:
    """What the page asks about each promise that the text makes by itself."""
    language, zone = visit.words.language, visit.desk.road.config.timezone
    today = utcnow().astimezone(zone).date()

    def becomes(one: WordGiven) -> str:
        if not one.dated:
            return visit.words("word_given.undated")
        with_time = one.promise.minute is not None
        due = format_due(one.due_at, language, zone, with_time=with_time, today=today)
        return visit.words("word_given.becomes", who=visit.agent.name, due=due)

    return [
        {
            "key": one.key,
            "words": one.words,
            "becomes": becomes(one),
            # The day is asked for where the text names none.
            "day": None if one.dated else one.due_at.astimezone(zone).date().isoformat(),
            "days": [today.isoformat(), (today + FURTHEST).isoformat()],
        }
        for one in error.given
    ]

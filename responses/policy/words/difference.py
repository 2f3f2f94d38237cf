"""What differs between two policies, in the sentences of their sheets."""

from responses.policy.schema import Policy
from responses.policy.words.lines import Line
from responses.policy.words.phrases import phrases_in
from responses.policy.words.sheet import sheet

_MOST = 10


def difference(before: Policy, after: Policy, language: str) -> list[str]:
    """What `after` adds, takes away and changes, in at most ten points, rules first.

    One sentence where nothing in the sheet differs: comments and the like are no difference to anybody.
    """
    say = phrases_in(language)
    old, new = sheet(before, language), sheet(after, language)
    then = {line.key: line for line in old.lines}
    now = {line.key: line for line in new.lines}
    points = [
        say("changes.changed", before=before, line=line)
        for before, line in (_told(then[key], now[key]) for key in now if key in then)
        if before != line
    ]
    points += [say("changes.added", line=line.whole) for key, line in now.items() if key not in then]
    points += [say("changes.removed", line=line.whole) for key, line in then.items() if key not in now]
    ours = [key for key in then if key in now and _is_ordered(key)]
    if ours != [key for key in now if key in then and _is_ordered(key)]:
        points.append(say("changes.order"))
    if len(points) > _MOST:
        left = len(points) - _MOST + 1
        points = [*points[: _MOST - 1], say.count("changes.more", left)]
    return points or [say("changes.none")]


def _told(before: Line, after: Line) -> tuple[str, str]:
    """Two forms of a line, without what stands beside it (the owner's reasons) unless just that differs."""
    first, second = before.alone or before.text, after.alone or after.text
    return (first, second) if first != second else (before.whole, after.whole)


def _is_ordered(key: str) -> bool:
    return key.startswith("rules.")

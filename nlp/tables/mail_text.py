"""What the writer of a mail wrote in it: without the mails it answers, and without a signature."""

import re
from dataclasses import dataclass

_WROTE = r"(?:ha scritto|wrote|escribi[óo]|a écrit|schrieb(?:[^:\n]{0,80})?|escreveu)"
_ATTRIBUTION_END = re.compile(_WROTE + r"\s*:\s*$", re.IGNORECASE)
_ATTRIBUTION_START = re.compile(r"\s*(?:il|on|el|le|am|em|a|in data|\d|\S.*[<@])", re.IGNORECASE)
_ATTRIBUTION_LINES = 4  # mail programs wrap it
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:messaggio originale|original message|mensaje original|message d['’]origine"
    r"|ursprüngliche nachricht|mensagem original)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\s*(?:-{2,}\s*)?(?:begin )?(?:forwarded message|messaggio inoltrato|inizio messaggio inoltrato"
    r"|mensaje reenviado|message transféré|weitergeleitete nachricht|mensagem encaminhada)",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s*\*?(?:da|from|de|von)\s?:\*?\s+\S", re.IGNORECASE)
_OTHER_FIELD = re.compile(
    r"\s*\*?(?:inviato|sent|enviado|envoyé|gesendet|data|date|fecha|datum|a|to|para|à|an|cc"
    r"|oggetto|subject|asunto|objet|betreff|assunto)\s?:\*?\s",
    re.IGNORECASE,
)
_TITLE_FIELD = re.compile(
    r"\s*\*?(?:inviato|sent|enviado|envoyé|gesendet|oggetto|subject|asunto|objet|betreff|assunto)\s?:",
    re.IGNORECASE,
)
_RULE = re.compile(r"_{10,}\s*$")  # what Outlook draws above the copied header
_FIELDS_WITHIN = 5  # lines
_QUOTED = re.compile(r"\s{0,3}>")
_SIGNATURE = re.compile(r"--\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnText:
    """The text that is left, and what was cut from it."""

    text: str
    quotes_cut: bool
    signature_cut: bool


def own_text(text: str) -> OwnText:
    """Cut earlier mails and the signature from the text of a mail.

    Where nothing would be left (a mail that only passes another on) all is kept.
    """
    lines = text.splitlines()
    answer = _without_quotes(lines)
    end = next((at for at, line in enumerate(answer) if _SIGNATURE.match(line)), len(answer))
    own = "\n".join(answer[:end]).strip()
    if not own:
        return OwnText(text=text.strip(), quotes_cut=False, signature_cut=False)
    return OwnText(text=own, quotes_cut=len(answer) < len(lines), signature_cut=end < len(answer))


def without_quotes(text: str) -> str:
    """Cut earlier mails from a text; one without any, or of nothing else, stays as it is."""
    lines = text.splitlines()
    answer = _without_quotes(lines, are_marked=_quotes(lines))
    own = "\n".join(answer).strip()
    return own if own and len(answer) < len(lines) else text


def _quotes(lines: list[str]) -> bool:
    """Whether the mark of quoted lines is one: a single line with it ("> 3 settimane") is somebody's own."""
    marked = sum(1 for line in lines if _QUOTED.match(line))
    return marked > 1 or any(_ATTRIBUTION_END.search(line) for line in lines)


def _without_quotes(lines: list[str], *, are_marked: bool = True) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        after = _after_attribution(lines, at)
        if after is not None:
            quoted = next((bool(_QUOTED.match(other)) for other in lines[after:] if other.strip()), None)
            if quoted:
                at = after
                continue
            # Programs that do not mark what they quote name the sender with the address.
            if any("@" in other for other in lines[at:after]):
                break
        if _ORIGINAL.match(line) or _begins_copied_header(lines, at + bool(_RULE.match(line))):
            break
        if not (are_marked and _QUOTED.match(line)):
            kept.append(line)
        at += 1
    return kept


def _after_attribution(lines: list[str], at: int) -> int | None:
    """The line after "On … wrote:", if that begins here."""
    if not _ATTRIBUTION_START.match(lines[at]):
        return None
    for end in range(at, min(at + _ATTRIBUTION_LINES, len(lines))):
        if not lines[end].strip():
            return None
        if _ATTRIBUTION_END.search(lines[end]):
            return end + 1
    return None


def _begins_copied_header(lines: list[str], at: int) -> bool:
    if at == len(lines) or not _FROM.match(lines[at]):
        return False
    following = lines[at + 1 : at + 1 + _FIELDS_WITHIN]
    forwarded = any(_FORWARDED.match(line) for line in lines[max(0, at - 3) : at])
    fields = [line for line in following if _OTHER_FIELD.match(line)]
    # "Da: Milano, A: Roma, Data: 3 maggio" is a journey.
    return not forwarded and len(fields) >= 2 and any(map(_TITLE_FIELD.match, fields))

"""Vouchers that somebody has put into a text by hand: nobody decided them, so they are off policy."""

import re
from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.amounts import tier_for
from responses.checks.finding import Finding, Severity
from responses.drafts.numbers import format_money

BY_HAND = "voucher_by_hand"


def check_put(text: str, about: CheckContext) -> Iterator[Finding]:
    """The codes that are kept for this text, each once, whatever it says of them."""
    for one in about.put:
        match = re.search(rf"(?<!\w){re.escape(one.code)}(?!\w)", text)
        if match is not None:
            yield Finding(
                code=BY_HAND,
                severity=Severity.ERROR,
                start=match.start(),
                end=match.end(),
                named=format_money(one.amount, about.language),
                needs_tier=tier_for(one.amount, about),
                worth=one.amount,
            )

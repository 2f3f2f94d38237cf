"""Drafts: an answer composed from parts, in the customer's language, with the decision's own numbers."""

from responses.drafts.brief import DraftBrief, PromiseLine
from responses.drafts.compose import compose
from responses.drafts.draft import ComposedDraft, DraftKind

__all__ = ["ComposedDraft", "DraftBrief", "DraftKind", "PromiseLine", "compose"]

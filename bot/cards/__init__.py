"""The card of a case in a chat: what it shows, and what its buttons do."""

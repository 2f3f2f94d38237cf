"""A person's verdict on a text: what it may give, and all that is written with it."""

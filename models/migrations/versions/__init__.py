"""One file a step, its name beginning with its date."""

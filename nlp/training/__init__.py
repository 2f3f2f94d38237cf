"""Learning from labelled messages: the corpus, the heads, adapters, and a business's own labels."""

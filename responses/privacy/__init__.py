"""Where a person's data stand: taken out, erased, kept no longer than needed."""

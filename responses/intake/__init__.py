"""What arrives: stored, filed into cases, with its files and recordings."""

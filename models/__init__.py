"""What the desk remembers: the data model, its storage, and the values that packages exchange."""

"""What can go wrong in the data model and its storage."""


class ModelsError(Exception):
    """Base class of every error raised here."""


class CurrencyMismatchError(ModelsError):
    """Two amounts of different currencies met in one sum or comparison."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"cannot combine {left} with {right}: amounts must have the same currency")


class ForbiddenTransitionError(ModelsError):
    """A state was asked to become one that its table does not allow."""

    def __init__(self, thing: str, old: str, new: str) -> None:
        super().__init__(f"{thing}: {old} cannot become {new}")


class DatabaseLockedError(ModelsError):
    """Another program already serves this SQLite file."""


class DatabaseOutdatedError(ModelsError):
    """The database has another schema version than this program."""


class LookUpError(ModelsError):
    """The business's own system could not be asked for an order; the message says why."""

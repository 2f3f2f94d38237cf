"""What can go wrong at the desk's door."""


class DeskError(Exception):
    """Base class of every error raised here."""


class SignInNeededError(DeskError):
    """Nobody is signed in with this browser."""


class ForgedRequestError(DeskError):
    """A request that changes something did not come from one of our own pages."""


class UnknownCaseError(DeskError):
    """There is no case of this number."""


class ForbiddenPageError(DeskError):
    """The page is for another role."""

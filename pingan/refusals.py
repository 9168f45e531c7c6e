"""The one exception of the house: something may not happen, and this sentence says why."""


class Refused(Exception):
    """A rule forbids it. `str(error)` is a Chinese sentence the user reads: what to do about it."""


class Conflict(Refused):
    """Somebody else saved the record meanwhile. Nothing was written."""


class Forbidden(Refused):
    """This person's role may never do it."""

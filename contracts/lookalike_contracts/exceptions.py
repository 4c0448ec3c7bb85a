"""Why something could not be judged. None of these is ever taken for a pass."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class CouldNotCheck(Exception):
    """There was no answer to judge; `reason` says why, in a sentence without secrets."""

    reason: str

    def __str__(self) -> str:
        return self.reason


class RequestNotSent(CouldNotCheck):
    """The request was kept back: no budget is left for it, its server was given up, or its bytes cannot be sent."""


@dataclass(eq=False)
class TimeLimitExceeded(BaseException):
    """The time that was given is used up.

    Not an Exception, as it may be raised in the middle of anything: whoever catches every Exception there, such as a
    library that reads a body, does not mean this one.
    """

    seconds: float

    def __str__(self) -> str:
        return f"the {self.seconds:g} s that --max-time gives are used up"


@dataclass(eq=False)
class UnknownCheck(Exception):
    """No check has that id, and no family of checks."""

    id: str
    known_ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"no check is called {self.id!r}; `lookalike explain` lists them"


@dataclass(eq=False)
class BadCheckId(ValueError):
    """A check's id is not `family/name`."""

    id: str
    module: str

    def __str__(self) -> str:
        return f"the id of a check is family/name, not {self.id!r} ({self.module})"


@dataclass(eq=False)
class DuplicateCheck(ValueError):
    """Two checks have one id."""

    id: str
    module: str
    other_module: str

    def __str__(self) -> str:
        return f"two checks are called {self.id!r}, one in {self.module} and one in {self.other_module}"

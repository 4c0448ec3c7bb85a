"""What can be wrong with a mock's set-up, and the errors by which a step of the pipeline ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lookalike_specs.messages import Request
from lookalike_specs.suggest import find_closest

from .reason import Origin


class PipelineError(Exception):
    """An error that ends a request, and that is looked at after it was raised."""

    def forget_frames(self) -> None:
        """Let go of the functions that raised it, with all that these knew of the request.

        A frame may hold the error, as that of `raise error` does, or the reading which the error is a part of. Such a
        circle of megabytes would wait for the garbage collector.
        """
        self.__traceback__ = None
        self.__context__ = None
        self.__cause__ = None


class Breach(NamedTuple):
    """A rule of the document that was broken: its pointer, what it allows, and the value that it does not allow.

    `parameter` leads into a value that has parts, such as `body/tags/0`.
    """

    pointer: str
    parameter: str = ""
    value: str = ""
    limit: Any = None


@dataclass(eq=False)
class VendorError(PipelineError):
    """The API answers with an error of its catalogue; `template_values` fill the placeholders of its message.

    The rest is for those who want to know why, and reaches no client by itself: `breach` is the rule of the document
    that was broken, `detail` a sentence that says more than the rule's name does. `diagnose` makes such a sentence of
    the request when somebody looks.
    """

    error_id: str
    template_values: dict[str, Any] = field(default_factory=dict)
    origin: Origin = "request"
    breach: Breach | None = None
    detail: str = ""
    # without repr: it holds the secret by which a signature is computed anew
    diagnose: Callable[[Request], str] | None = field(default=None, repr=False)


@dataclass(eq=False)
class MockError(PipelineError):
    """The mock answers as itself, as no vendor can know what is wrong: HTTP status and JSON body.

    `payload` says what is wrong as `error`, and may say more as `reason`. `rule` is a name for it.
    """

    status: int
    payload: dict[str, Any]
    rule: str = "missing-sandbox"


@dataclass(eq=False)
class UnknownSituation(Exception):
    """None of the served APIs can be in that situation."""

    situation: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        """Return one line for a person, with what is most like it."""
        closest = find_closest(self.situation, self.known) or "none"
        return f"unknown situation {self.situation!r}; nearest: {closest}"


@dataclass(eq=False)
class UnknownOperation(Exception):
    """The API has no operation of that name."""

    api: str
    operation: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        """Return one line for a person, with what is most like it."""
        return f"{self.api} has no operation {self.operation!r}; nearest: {find_closest(self.operation, self.known)}"


@dataclass(eq=False)
class ImpossibleSituation(Exception):
    """An operation can never be in that situation; `possible` are the operations that can."""

    situation: str
    operation: str
    possible: tuple[str, ...]

    def __str__(self) -> str:
        """Return one line for a person, with the operations that can be in it."""
        return f"{self.operation} is never in the situation {self.situation}; {', '.join(self.possible)} can be"


@dataclass(eq=False)
class AmbiguousRoute(Exception):
    """Two of the APIs would answer the same request on one port."""

    route: str
    apis: tuple[str, str]

    def __str__(self) -> str:
        """Return one line for a person."""
        return f"{self.route} belongs to both {self.apis[0]} and {self.apis[1]}; serve them on two ports"

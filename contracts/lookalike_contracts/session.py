"""Requests to one server: sent, counted, and stopped when the time is up."""

from __future__ import annotations

from dataclasses import dataclass, field

from lookalike_specs.messages import Request

from .deadline import Deadline, limit_time
from .exceptions import RequestNotSent
from .finding import Exchange
from .quotes import note_request
from .transport import Target


@dataclass
class Session:
    """The requests that the checks of one operation send to a server.

    `deadline` is a moment on time.monotonic(); `max_seconds` is what --max-time gave, for the message when it is over.
    `request_count` is how many requests went out, answered or not.
    """

    target: Target
    deadline: float = float("inf")
    max_seconds: float = 0.0
    request_count: int = field(default=0, init=False)

    def send(self, request: Request) -> Exchange:
        """Send a request as it stands and return it with the response. Raise CouldNotCheck, TimeLimitExceeded."""
        self.check_deadline()
        self.request_count += 1
        note_request(request)
        try:
            # a client looks at it while it waits, as its own timeout may be longer
            with limit_time(self.deadline, self.max_seconds):
                response = self.target.send(request)
        except RequestNotSent:
            # With a budget of 20 requests every later one ends here, and a report must not count those as sent.
            self.request_count -= 1
            raise
        return Exchange(request, response)

    def check_deadline(self) -> None:
        """Raise TimeLimitExceeded when the time is up."""
        self.limit.check()

    @property
    def limit(self) -> Deadline:
        """Return the deadline with the seconds that there were until then."""
        return Deadline(self.deadline, self.max_seconds)

    def fork(self) -> Session:
        """Return a session with the same server and deadline whose requests are counted apart."""
        return Session(self.target, self.deadline, self.max_seconds)

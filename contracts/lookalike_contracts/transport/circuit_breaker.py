"""When a server is given up: a dead one must not cost a timeout for every request."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from socket import gaierror

from ..exceptions import CouldNotCheck, RequestNotSent
from .exceptions import NotHttp

MAX_WEIGHT = 6
# Given up at once, at the second failure in a row, or at the third. A refused connection stays refused; a server that
# breaks a connection off may be on its way up. The first that fits counts, as nearly all of them are OSErrors.
FAILURE_WEIGHTS: Mapping[type[BaseException], int] = {
    ConnectionRefusedError: MAX_WEIGHT,
    gaierror: MAX_WEIGHT,
    ssl.SSLCertVerificationError: MAX_WEIGHT,
    TimeoutError: MAX_WEIGHT // 2,
    NotHttp: MAX_WEIGHT // 3,
    OSError: MAX_WEIGHT // 3,
}


@dataclass
class CircuitBreaker:
    """Failures in a row to get any answer, weighed by how hopeless they are."""

    failure_weight: int = 0
    reason: str = ""

    def check(self) -> None:
        """Raise RequestNotSent when the server is given up."""
        if self.failure_weight >= MAX_WEIGHT:
            raise RequestNotSent(f"{self.reason}; it was not asked again")

    def record_success(self) -> None:
        """Forget the failures before it."""
        self.failure_weight = 0

    def record_failure(self, error: CouldNotCheck) -> None:
        """Add the weight of the error's cause; none for an answer that is wrong, as its server works."""
        self.reason = error.reason
        for kind, weight in FAILURE_WEIGHTS.items():
            if isinstance(error.__cause__, kind):
                self.failure_weight += weight
                return

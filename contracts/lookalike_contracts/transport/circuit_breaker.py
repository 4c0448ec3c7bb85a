"""When a server is given up: a dead one must not cost a deadline for every request."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import BadStatusLine, RemoteDisconnected
from socket import gaierror

from ..exceptions import CouldNotCheck

MAX_WEIGHT = 6
# how soon: at once, at the second in a row, at the third
FAILURE_WEIGHTS: Mapping[type[BaseException], int] = {
    ConnectionRefusedError: MAX_WEIGHT,
    gaierror: MAX_WEIGHT,
    ssl.SSLCertVerificationError: MAX_WEIGHT,
    TimeoutError: MAX_WEIGHT // 2,
    RemoteDisconnected: MAX_WEIGHT // 3,
    BadStatusLine: MAX_WEIGHT // 3,
    OSError: MAX_WEIGHT // 3,
}


@dataclass
class CircuitBreaker:
    """How often in a row there was no answer at all, weighed by how hopeless that is."""

    failure_weight: int = 0
    reason: str = ""

    def check(self) -> None:
        """Whether to ask once more. Raises CouldNotCheck."""
        if self.failure_weight >= MAX_WEIGHT:
            raise CouldNotCheck(f"{self.reason}; it was given up")

    def record_success(self) -> None:
        """There was an answer."""
        self.failure_weight = 0

    def record_failure(self, wrong: CouldNotCheck) -> None:
        """There was none."""
        self.reason = wrong.reason
        self.failure_weight += next(
            (weight for kind, weight in FAILURE_WEIGHTS.items() if isinstance(wrong.__cause__, kind)), 0
        )

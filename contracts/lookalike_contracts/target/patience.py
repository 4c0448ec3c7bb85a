"""When a server is given up: a dead one must not cost a deadline for every request."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import BadStatusLine, RemoteDisconnected
from socket import gaierror

from ..errors import CouldNotCheck

MOST = 6
# how soon: at once, at the second in a row, at the third
WEIGHTS: Mapping[type[BaseException], int] = {
    ConnectionRefusedError: MOST,
    gaierror: MOST,
    ssl.SSLCertVerificationError: MOST,
    TimeoutError: MOST // 2,
    RemoteDisconnected: MOST // 3,
    BadStatusLine: MOST // 3,
    OSError: MOST // 3,
}


@dataclass
class Patience:
    """How often in a row there was no answer at all, weighed by how hopeless that is."""

    spent: int = 0
    reason: str = ""

    def ask(self) -> None:
        """Whether to ask once more. Raises CouldNotCheck."""
        if self.spent >= MOST:
            raise CouldNotCheck(f"{self.reason}; it was given up")

    def win(self) -> None:
        """There was an answer."""
        self.spent = 0

    def lose(self, wrong: CouldNotCheck) -> None:
        """There was none."""
        self.reason = wrong.reason
        self.spent += next((weight for kind, weight in WEIGHTS.items() if isinstance(wrong.__cause__, kind)), 0)

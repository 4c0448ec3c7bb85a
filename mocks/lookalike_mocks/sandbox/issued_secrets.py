"""The secrets that this process has handed out: to sandboxes, which may be gone, and to those who use the control API.

Whoever shows a text of one test can so cover the secrets of another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from lookalike_specs.redaction import Redactor

from ..threads import create_lock

# those of the newest 300 sandboxes; a server has no more than 256
MAX_SECRETS: Final = 2048


class IssuedSecrets:
    """The newest `max_count` secrets, and what covers them; from any thread."""

    def __init__(self, max_count: int = MAX_SECRETS) -> None:
        self._secrets: deque[bytes] = deque(maxlen=max_count)
        self._lock = create_lock()
        self._redactor: Redactor | None = None
        self.total_count = 0

    def add(self, secrets: Iterable[str]) -> None:
        """Remember secrets that are handed out now."""
        with self._lock:
            for secret in secrets:
                self._secrets.append(secret.encode("utf-8", "surrogateescape"))
                self.total_count += 1
            self._redactor = None

    def get_redactor(self) -> Redactor:
        """Return what covers them all; it is made once for each time that some were handed out."""
        with self._lock:
            if self._redactor is None:
                self._redactor = Redactor(self._secrets)
            return self._redactor


ISSUED_SECRETS: Final = IssuedSecrets()

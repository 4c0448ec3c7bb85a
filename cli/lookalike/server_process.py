"""What makes a process fit to be a server, from its first moment on: its signals, and its stderr.

Imports nothing of the mock, as it is to come before those imports.
"""

from __future__ import annotations

import os
import signal

from .error_stream import protect_stderr


def prepare_process() -> None:
    """Make stderr one that cannot block, and let a signal during the start end the process without a traceback."""
    protect_stderr()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        # `nohup` ignores SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            # Nothing is served yet, and nothing is to be cleaned up. An exception would come up anywhere, in the middle
            # of an import say, and a traceback would come of it.
            signal.signal(number, lambda *_: os._exit(0))

"""Start the command line: `lookalike`, or `python -m lookalike`.

Whoever presses Ctrl+C at once wants no traceback. So SIGINT is cared for before anything is imported that takes time.
"""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .program import cli

__all__ = ["cli", "main"]
EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line; exit 0 for success, 2 for what the caller can put right, 130 for Ctrl+C."""
    is_interruptible = _set_interrupt_handler(signal.default_int_handler, _end_interrupted)
    from .program import cli, run  # noqa: PLC0415 - see above

    # a server has handlers of its own from the beginning
    if is_interruptible and not _is_server():
        cli.command_scope = _InterruptibleCommand
    run()


class _InterruptibleCommand:
    """Surrounds the work of a command, once that is imported: within it SIGINT raises KeyboardInterrupt, as in any program.

    Behind it, SIGINT ends the process without a word. All is said, and what Python and Click still have to do would make a
    line of its own of it, or a traceback.
    """

    def __enter__(self) -> None:
        _set_interrupt_handler(_end_interrupted, signal.default_int_handler)

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()
        _set_interrupt_handler(signal.default_int_handler, signal.SIG_DFL)


def _set_interrupt_handler(previous: Any, handler: Any) -> bool:
    """Set what SIGINT does, where that was `previous`; return whether it was: `nohup` and others ignore it."""
    if signal.getsignal(signal.SIGINT) is not previous:
        return False
    try:
        signal.signal(signal.SIGINT, handler)
    except ValueError:
        # not in the main thread: somebody else's program calls this, and has its own way
        return False
    return True


def _end_interrupted(*_: object) -> None:
    # An exception would come up within some import, which may take it for a failure of its own, and a traceback would come
    # of it. Nothing has begun that has to be ended.
    if _is_server():
        # a server that is told to end has done what it was told
        os._exit(0)
    os.write(2, b"Interrupted\n")
    os._exit(EXIT_INTERRUPTED)


def _is_server() -> bool:
    return sys.argv[1:2] == ["serve"]


def __getattr__(name: str) -> Any:
    """Return the group of commands, for who calls it without a process of its own."""
    if name == "cli":
        from .program import cli  # noqa: PLC0415 - see above

        return cli
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if __name__ == "__main__":
    main()

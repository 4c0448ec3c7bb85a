"""Ctrl+C in the first moments of a command, while it imports what it needs."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time

import pytest

# commands, and their exit code after Ctrl+C: a server that is told to end has done as it was told
EARLY_INTERRUPTS = {"check": 130, "certify": 130, "vectors": 130, "apis": 130, "serve": 0}


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("command", EARLY_INTERRUPTS)
def test_an_interrupt_of_the_first_moment_ends_without_a_traceback(command) -> None:
    """Whenever the signal comes: here while Click is imported, in whatever state that leaves."""
    code = f"""
        import os, signal, sys

        class Interrupting:
            def find_spec(self, name, path=None, target=None):
                if name == "click":
                    os.kill(os.getpid(), signal.SIGINT)

        sys.meta_path.insert(0, Interrupting())
        sys.argv = ["lookalike", "{command}"]
        from lookalike.__main__ import main
        main()
    """
    command_line = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command_line, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == EARLY_INTERRUPTS[command]
    assert done.stdout == ""
    assert done.stderr == ("Interrupted\n" if done.returncode else "")


@pytest.mark.slow
@pytest.mark.parametrize("command", EARLY_INTERRUPTS)
def test_an_interrupt_while_a_command_is_imported_is_one_line(command) -> None:
    words = [sys.executable, "-m", "lookalike", command, *(["--port", "0"] if command == "serve" else [])]
    # Python itself takes less than the first where nothing else runs; else the signal ends it before it has begun
    for seconds in (0.15, 0.25, 0.4):
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(seconds)
            process.send_signal(signal.SIGINT)
            errors = process.communicate(timeout=30)[1]
        assert "Traceback" not in errors
        assert len(errors.splitlines()) <= 1
        assert process.returncode in (EARLY_INTERRUPTS[command], 2, 0, -signal.SIGINT)

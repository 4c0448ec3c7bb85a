"""Starts the command, and says how its calls come to the mock: by the variables alone, or by the vendors' own names."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from .sandbox_server import SandboxServer

InterceptionWay = Literal["none", "weak", "strong"]


class Launcher(Protocol):
    """A way to start a command; `notes` say why it was no other, once the command is started."""

    notes: list[str]

    @property
    def way(self) -> InterceptionWay:
        """Return the way that it was, once the command is started."""
        ...

    def start(self, options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        """Start the command with these options of `subprocess.Popen`. Raise OSError where it cannot be."""
        ...

    def list_hosts_elsewhere(self) -> list[str]:
        """Return the hosts that are none of the vendors' and that the command asked, as far as anybody saw."""
        ...


class DirectLauncher:
    """Starts a command that reads the variables."""

    way: InterceptionWay = "none"

    def __init__(self, server: SandboxServer, words: Sequence[str]) -> None:
        self._server = server
        self._words = words
        self.notes: list[str] = []

    def start(self, options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        variables = self._server.build_variables(self._server.listen().url)
        return start_command(self._words, {**os.environ, **variables}, options)

    def list_hosts_elsewhere(self) -> list[str]:
        return []


def start_command(
    words: Sequence[str], environment: Mapping[str, str], options: Mapping[str, Any]
) -> subprocess.Popen[bytes]:
    """Start a command that has our stdin, stdout and stderr. Raise OSError."""
    return subprocess.Popen(list(words), env=dict(environment), **options)  # noqa: S603 - it is what the user wants

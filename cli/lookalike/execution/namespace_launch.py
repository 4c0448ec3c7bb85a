"""The strong way to intercept: the command has a network of its own, in which only the vendors' names lead anywhere.

Whatever asks there comes here, in any language, and nothing else gets out. It takes Linux, and the right to make
namespaces, which many systems give to everybody and some containers to nobody. `preload/enter_namespace.py` makes them.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from .launch import InterceptionWay, Launcher
from .proxy_launch import (
    NO_PROXY_VARIABLES,
    PRELOAD_FOLDER,
    PROXY_VARIABLES,
    ProxyLauncher,
    build_ca_variables,
    write_preloads,
)
from .sandbox_server import Interceptor, SandboxServer

ENTRY: Final = PRELOAD_FOLDER / "enter_namespace.py"
VENDOR_ADDRESS: Final = "127.0.0.80"
SYSTEM_HOSTS: Final = Path("/etc/hosts")
HOSTS_FILE: Final = "hosts"
# of making namespaces, and of starting the command in them
ANSWER_SECONDS: Final = 30.0
MAX_ANSWER_BYTES: Final = 4096
# a proxy of the user's is out of reach, and nothing is asked of it
UNREACHABLE_VARIABLES: Final = (*PROXY_VARIABLES, *NO_PROXY_VARIABLES, "ALL_PROXY", "all_proxy")


class NamespaceUnavailable(Exception):
    """No namespace can be made here; the message says why."""


class NamespaceLauncher:
    """Starts a command in a network of its own."""

    way: InterceptionWay = "strong"

    def __init__(self, server: SandboxServer, interceptor: Interceptor, words: Sequence[str]) -> None:
        self._server = server
        self._interceptor = interceptor
        self._words = words
        self.notes: list[str] = []

    def start(self, options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        """Start the command. Raise NamespaceUnavailable, and OSError where the command cannot be started."""
        if sys.platform != "linux":
            raise NamespaceUnavailable("only Linux has network namespaces")
        hosts_path = self._interceptor.folder / HOSTS_FILE
        hosts_path.write_text(build_hosts_file(self._interceptor.interception.hosts, _read_system_hosts()), "utf-8")
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(ANSWER_SECONDS)
            with theirs:
                command = [sys.executable, "-I", "-S", str(ENTRY), str(theirs.fileno()), str(hosts_path)]
                command += [self._interceptor.ca_path, *map(str, self._interceptor.ports)]
                process = subprocess.Popen(command, pass_fds=[theirs.fileno()], **options)  # noqa: S603 - our own program
            try:
                self._hand_over(ours)
            except BaseException:
                process.kill()
                process.wait()
                raise
        return process

    def _hand_over(self, channel: socket.socket) -> None:
        """Take the sockets, answer on them, and let the process at the other end become the command."""
        # one at each of the vendors' ports, and one for the base URL
        count = len(self._interceptor.ports) + 1
        try:
            answer, descriptors, _, _ = socket.recv_fds(channel, MAX_ANSWER_BYTES, count)
        except TimeoutError:
            raise NamespaceUnavailable(
                f"the process that makes one has not answered in {ANSWER_SECONDS:.0f} s"
            ) from None
        sockets = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if len(sockets) != count:
            raise NamespaceUnavailable(_describe_refusal(answer))
        servers = [self._server.listen(sock) for sock in sockets]
        base_url = servers[-1].url
        self._interceptor.interception.port = sockets[-1].getsockname()[1]
        environment = {name: value for name, value in os.environ.items() if name not in UNREACHABLE_VARIABLES}
        write_preloads(self._interceptor)
        environment |= self._server.build_variables(base_url)
        environment |= build_ca_variables(self._interceptor.ca_path, self._interceptor.folder, os.environ)
        launch = json.dumps({"words": list(self._words), "environment": environment})
        channel.sendall(launch.encode("utf-8"))
        channel.shutdown(socket.SHUT_WR)
        # nothing comes where it has become the command, as that closed the other end
        answer = channel.recv(MAX_ANSWER_BYTES)
        if answer:
            number = json.loads(answer)["errno"]
            raise OSError(number, os.strerror(number), self._words[0])

    def list_hosts_elsewhere(self) -> list[str]:
        # no other host has an address there
        return sorted(self._interceptor.interception.refused)


class FallbackLauncher:
    """Starts a command in the strong way, and in the weak one where no namespace can be made."""

    def __init__(self, strong: NamespaceLauncher, weak: ProxyLauncher) -> None:
        self._strong = strong
        self._weak = weak
        self._used: Launcher = strong
        self.notes: list[str] = []

    @property
    def way(self) -> InterceptionWay:
        """Return the way that it was."""
        return self._used.way

    def start(self, options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        try:
            return self._strong.start(options)
        except NamespaceUnavailable as error:
            self.notes.append(f"no network of its own for the command ({error}); intercepted in the weak way instead")
            self._used = self._weak
        return self._weak.start(options)

    def list_hosts_elsewhere(self) -> list[str]:
        return self._used.list_hosts_elsewhere()


def _describe_refusal(answer: bytes) -> str:
    with suppress(ValueError, KeyError):
        return str(json.loads(answer)["unavailable"])
    return "the process that makes namespaces has ended"


def _read_system_hosts() -> str:
    with suppress(OSError):
        return SYSTEM_HOSTS.read_text("utf-8", "replace")
    return ""


def build_hosts_file(hosts: Iterable[str], system_hosts: str) -> str:
    """Return the system's hosts file with the vendors' names before all else; a wildcard can stand in none."""
    names = [host for host in hosts if not host.startswith("*.")]
    lines = [f"{VENDOR_ADDRESS} {name}" for name in names]
    # the first line with a name counts
    return "\n".join(["127.0.0.1 localhost", *lines, system_hosts])

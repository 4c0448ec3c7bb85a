"""The weak way to intercept: variables that name a proxy and a CA, and files that Python and Node.js read at their start.

It works everywhere, and only for who plays along: a client that reads no such variable, in a language without such a file,
asks the vendor himself. What a client asks elsewhere is reported where it is seen, and never prevented.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from .launch import InterceptionWay, start_command
from .sandbox_server import Interceptor, SandboxServer

PRELOAD_FOLDER: Final = Path(__file__).parent / "preload"
PYTHON_PRELOAD: Final = "sitecustomize.py"
NODE_PRELOAD: Final = "intercept.cjs"
CONFIG_FILE: Final = "interception.json"
LOG_FILE: Final = "elsewhere.txt"
MAX_LOG_BYTES: Final = 1 << 20
# curl reads the first of these in lower case alone, and other programs one or the other
PROXY_VARIABLES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
NO_PROXY_VARIABLES: Final = ("NO_PROXY", "no_proxy")
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "::1")
# OpenSSL and what is built on it, requests, curl, Node.js, Deno
CA_VARIABLES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "DENO_CERT")


class ProxyLauncher:
    """Starts a command whose clients take the mock for their proxy, or are led to it at their start."""

    way: InterceptionWay = "weak"

    def __init__(self, server: SandboxServer, interceptor: Interceptor, words: Sequence[str]) -> None:
        self._server = server
        self._interceptor = interceptor
        self._words = words
        self.notes: list[str] = []

    def start(self, options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        url = self._server.listen().url
        port = urlsplit(url).port or 0
        self._interceptor.interception.port = port
        folder = self._interceptor.folder
        hosts = self._interceptor.interception.hosts
        write_preloads(self._interceptor, hosts=hosts, port=port, log=str(folder / LOG_FILE))
        shutil.copy(PRELOAD_FOLDER / NODE_PRELOAD, folder / NODE_PRELOAD)
        variables = self._server.build_variables(url) | build_proxy_variables(url, folder, hosts, os.environ)
        variables |= build_ca_variables(self._interceptor.ca_path, folder, os.environ)
        return start_command(self._words, {**os.environ, **variables}, options)

    def list_hosts_elsewhere(self) -> list[str]:
        hosts = dict.fromkeys(self._interceptor.interception.refused)
        path = self._interceptor.folder / LOG_FILE
        if path.exists():
            with path.open("r", encoding="utf-8", errors="replace") as file:
                hosts |= dict.fromkeys(file.read(MAX_LOG_BYTES).splitlines())
        return sorted(hosts)


def build_proxy_variables(
    url: str, folder: Path, hosts: Iterable[str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables that lead clients to a proxy, and Node.js to what it reads at its start."""
    no_proxy = ",".join([*LOCAL_HOSTS, *_iter_exceptions(environment, hosts)])
    variables = dict.fromkeys(PROXY_VARIABLES, url) | dict.fromkeys(NO_PROXY_VARIABLES, no_proxy)
    # in quotes, where backslashes are doubled: a folder's name may have blanks
    quoted = str(folder / NODE_PRELOAD).replace("\\", "\\\\").replace('"', '\\"')
    variables["NODE_OPTIONS"] = f'{environment.get("NODE_OPTIONS", "")} --require "{quoted}"'.strip()
    return variables


def _iter_exceptions(environment: Mapping[str, str], hosts: Iterable[str]) -> Iterator[str]:
    """Yield the hosts that the user's own NO_PROXY excepts; those entries that would except a vendor are left out."""
    names = [host.removeprefix("*") for host in hosts]
    text = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    for entry in filter(None, (part.strip() for part in text.split(","))):
        # `tmapi.top` and `.tmapi.top` both mean every host below it, and `*` all there are
        suffix = "." + entry.lstrip("*.").lower()
        if entry != "*" and not any(f".{name.lstrip('.')}".endswith(suffix) for name in names):
            yield entry


def write_preloads(interceptor: Interceptor, *, hosts: Iterable[str] = (), port: int = 0, log: str = "") -> None:
    """Write what Python reads at its start, and what it and Node.js have to know.

    That is the CA, the hosts that lead to a port, and the file that other hosts are written to ("" for none).
    """
    folder = interceptor.folder
    shutil.copy(PRELOAD_FOLDER / PYTHON_PRELOAD, folder / PYTHON_PRELOAD)
    config = {"address": "127.0.0.1", "port": port, "hosts": list(hosts), "ca": interceptor.ca_path, "log": log}
    (folder / CONFIG_FILE).write_text(json.dumps(config), "utf-8")


def build_ca_variables(path: str, folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables by which clients come to trust the CA in a file; Python also reads a file in the folder."""
    variables = dict.fromkeys(CA_VARIABLES, path)
    python_path = [str(folder)]
    if environment.get("PYTHONPATH"):
        python_path.append(environment["PYTHONPATH"])
    variables["PYTHONPATH"] = os.pathsep.join(python_path)
    return variables

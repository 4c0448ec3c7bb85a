"""Read by every Python below `lookalike exec --intercept`, before its program: the vendors' names lead to the mock's port.

Python looks for a module of this name in PYTHONPATH at its start. Clients that read no proxy variable, as aiohttp's, ask
`socket.getaddrinfo` for an address and a port, and get the mock's. Clients that trust what `certifi` brings, and no
variable, get the mock's CA from it. In a network of its own there is no host to be led here, and the second alone counts.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import socket
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # to import it takes time, at every start of every program
    from typing import Any

_FOLDER = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib would be imported for every program
with open(os.path.join(_FOLDER, "interception.json"), encoding="utf-8") as _file:  # noqa: PTH118, PTH123
    _CONFIG = json.load(_file)
_MAX_REPORTED = 100
_reported: set[str] = set()
_getaddrinfo = socket.getaddrinfo
_connect = socket.socket.connect


def _decode(host: object) -> str:
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("ascii", "replace")
    if not isinstance(host, str):
        return ""
    return host.rstrip(".").lower()


def _is_intercepted(name: str) -> bool:
    # a wildcard stands for one label: *.cn-shanghai.aliyuncs.com
    return name in _CONFIG["hosts"] or "*." + name.partition(".")[2] in _CONFIG["hosts"]


def _report(name: str) -> None:
    """Write down a host that is none of the vendors', once for each program."""
    if not _CONFIG["log"]:
        return
    is_local = name in ("", "localhost", socket.gethostname().lower()) or name.startswith("127.") or ":" in name
    if is_local or name in _reported or len(_reported) >= _MAX_REPORTED:
        return
    _reported.add(name)
    try:
        # a line is less than a page, so that those of several programs do not mix
        with open(_CONFIG["log"], "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(name[:255] + "\n")
    except OSError:
        pass


def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the mock's address for a vendor's name, and for any other what the system says."""
    name = _decode(host)
    if _is_intercepted(name):
        return _getaddrinfo(_CONFIG["address"], _CONFIG["port"], *args, **kwargs)
    _report(name)
    return _getaddrinfo(host, port, *args, **kwargs)


def connect(self: socket.socket, address: Any) -> None:
    """Connect to the mock where the address has a vendor's name in it."""
    if isinstance(address, tuple) and address and _is_intercepted(_decode(address[0])):
        address = (_CONFIG["address"], _CONFIG["port"])
    _connect(self, address)


if _CONFIG["hosts"]:
    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = connect  # type: ignore[method-assign, assignment]
    # aiohttp asks this resolver where it is installed, which asks the network; without it, it asks the function above
    sys.modules.setdefault("aiodns", None)  # type: ignore[arg-type]


def _replace_certifi() -> None:
    """Have `certifi`, which is a file of CAs and the function `where`, with the mock's CA in the file."""
    package = type(sys)("certifi", "The CA of lookalike exec, in place of certifi's.")
    core = type(sys)("certifi.core")
    for module in (package, core):
        module.where = lambda: str(_CONFIG["ca"])  # type: ignore[attr-defined]
        module.contents = _read_ca  # type: ignore[attr-defined]
    package.core = core  # type: ignore[attr-defined]
    package.__version__ = "lookalike"  # type: ignore[attr-defined]
    package.__path__ = []
    sys.modules.setdefault("certifi", package)
    sys.modules.setdefault("certifi.core", core)


def _read_ca() -> str:
    with open(_CONFIG["ca"], encoding="ascii") as file:  # noqa: PTH123
        return file.read()


def _run_next_sitecustomize() -> None:
    """Run the module of this name that Python would have found without us."""
    others = [path for path in sys.path if os.path.abspath(path) != _FOLDER]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


_replace_certifi()
_run_next_sitecustomize()

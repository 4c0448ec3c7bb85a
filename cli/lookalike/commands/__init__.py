"""The commands: a table of what there is, and a module for each that is imported when it is called.

`lookalike --help` prints the table. It imports no command, so it need not wait for the mock or the judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..click_ext import LazyCommand

# Name on the command line -> where it is and what it does, in the order of the help.
COMMANDS: Final[Mapping[str, LazyCommand]] = {
    "serve": LazyCommand("lookalike.commands.serve", "Serve the APIs on one port."),
    "apis": LazyCommand("lookalike.commands.apis", "List the APIs and their variants."),
    "situations": LazyCommand("lookalike.commands.situations", "List what an API can answer."),
    "sign": LazyCommand("lookalike.commands.sign", "Sign a request and show how."),
    "check": LazyCommand("lookalike.commands.check", "Hold a server to the specs."),
    "certify": LazyCommand("lookalike.commands.certify", "Certify a client."),
    "exec": LazyCommand("lookalike.commands.exec", "Run a command against a sandbox."),
    "report": LazyCommand("lookalike.commands.report", "Join reports of certifications."),
    "cases": LazyCommand("lookalike.commands.cases", "Write answers and what must come of them."),
    "explain": LazyCommand(
        "lookalike.commands.explain", "Say what a check holds, and why; or what an error asks of a client."
    ),
    "vectors": LazyCommand("lookalike.commands.vectors", "Signature vectors, for any language."),
    "spec": LazyCommand("lookalike.commands.spec", "Print an API's OpenAPI document."),
    "image": LazyCommand("lookalike.commands.image", "Write a product's image."),
    "completion": LazyCommand("lookalike.commands.completion", "Print a completion script."),
}

__all__ = ["COMMANDS"]

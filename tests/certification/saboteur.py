"""A client with one thing wrong with it, and how it is put before the judge."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from click.testing import CliRunner

from lookalike.__main__ import cli

EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "clients"
# API -> the name of its exemplary client, without the ending
CLIENT_NAMES: Final[Mapping[str, str]] = {
    "tmapi": "tmapi",
    "hiobuy": "hiobuy",
    "daji-1688": "daji_1688",
    "daji-taobao": "daji_taobao",
    "aliyun": "aliyun",
}


class Saboteur(NamedTuple):
    """An exemplary client in which a text of a file is replaced by another.

    `check` has to find it in `case`. `variant` is one of the server's, `timeout` what the client has, in seconds.
    """

    check: str
    case: str
    file: str
    old: str
    new: str
    variant: str = ""
    timeout: float = 3.0

    @property
    def api(self) -> str:
        """Return the id of the API that the client is of."""
        return self.case.partition("/")[0]

    @property
    def is_node(self) -> bool:
        """Return whether the client is one for Node.js."""
        return self.file.endswith(".mjs")


def write_saboteur(saboteur: Saboteur, folder: Path) -> list[str]:
    """Write a client's files, and return the options of `lookalike certify` that run it there."""
    language = "python"
    if saboteur.is_node:
        language = "node"
    for path in sorted((EXAMPLES / language).iterdir()):
        if path.is_file():
            shutil.copy(path, folder)
    path = folder / saboteur.file
    text = path.read_text("utf-8")
    # or the table would say nothing: each replaced text is in its file, and once
    assert text.count(saboteur.old) == 1, f"{saboteur.old!r} is {text.count(saboteur.old)} times in {saboteur.file}"
    path.write_text(text.replace(saboteur.old, saboteur.new), "utf-8")
    return build_client_options(saboteur.api, is_node=saboteur.is_node, folder=folder)


def build_client_options(api: str, *, is_node: bool, folder: Path) -> list[str]:
    """Return the options of `lookalike certify` that run the client of an API in a folder."""
    name = CLIENT_NAMES[api]
    if is_node:
        return ["--driver", f"node {folder / name}.mjs"]
    driver = Path(sys.executable)
    return ["--driver", f"{driver} -m lookalike.certification.python_client {name}:search"]


def certify(api: str, options: list[str]) -> dict[str, Any]:
    """Return the JSON report on a client, with the exit code as `exit_code`."""
    result = CliRunner().invoke(cli, ["certify", api, *options, "--json"])
    assert result.exit_code in (0, 1), result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return report | {"exit_code": result.exit_code}


def find_accusations(saboteur: Saboteur, folder: Path) -> set[str]:
    """Return the ids of the checks that find something in a saboteur's case. The folder is the working directory."""
    options = [*write_saboteur(saboteur, folder), "--only", saboteur.case, "--timeout", f"{saboteur.timeout:g}"]
    if saboteur.variant:
        options += ["--variant", saboteur.variant]
    (case,) = certify(saboteur.api, options)["cases"]
    return {finding["check"] for finding in case["findings"]}

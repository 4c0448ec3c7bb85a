"""What the checks of clients are worth: the saboteurs that they catch, and which of them Prism sees.

Usage: python -m tests.certification.score [--prism FILE] [--write]
A saboteur is caught where the check that is meant for it finds something. It is run once more against Prism as the mock,
for a search: Prism sees it where it refuses what came (HTTP 4xx), and takes what the exemplary client sends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lookalike.certification.client import Client
from lookalike_contracts.certification.judge import list_client_checks
from lookalike_contracts.certification.protocol import ClientTask
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_specs import load_api, read_document

from ..ports import find_free_port
from .node_saboteurs import NODE_SABOTEURS
from .python_saboteurs import PYTHON_SABOTEURS
from .saboteur import CLIENT_NAMES, Saboteur, find_accusations, write_saboteur

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "score.md"
BEGIN: Final = "<!-- score of clients -->\n"
END: Final = "<!-- end of score of clients -->"
PRISM: Final = ROOT / "benchmarks" / "node_modules" / ".bin" / "prism"
SABOTEURS: Final = {**PYTHON_SABOTEURS, **NODE_SABOTEURS}
IMAGE_URL: Final = "https://cbu01.alicdn.com/O1CN01MJvUUV26UATGC9C8o_!!2407317664-0-cib.jpg"
# seconds that a client has at Prism
TIMEOUT: Final = 3.0
# how Prism's log says that it refuses a request: by the document, or because no path of it is the request's
REFUSALS: Final = ("did not pass the validation rules", "prism/errors#")


def main() -> int:
    """Print the score; exit 1 where a saboteur was not caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.certification.score", description=__doc__.partition("\n")[0])
    parser.add_argument("--prism", type=Path, default=PRISM, help="Prism's command")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="clients that are judged side by side")
    parser.add_argument("--api", action="append", choices=CLIENT_NAMES, help="only the clients of that API")
    parser.add_argument("--write", action="store_true", help="write the table into docs/score.md")
    options = parser.parse_args()
    apis = options.api or list(CLIENT_NAMES)
    names = [name for name, saboteur in SABOTEURS.items() if saboteur.api in apis]
    seen_by_prism: set[str] = set()
    for api in apis:
        seen_by_prism |= find_seen_by_prism(api, options.prism)
    with ProcessPoolExecutor(options.jobs) as pool:
        results = pool.map(is_saboteur_caught, names)
        caught = {name for name, is_caught in zip(names, results, strict=True) if is_caught}
    page = render_page(names, caught, seen_by_prism)
    print(page, end="")
    if options.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{page}\n{END}{rest.partition(END)[2]}", "utf-8")
    return int(len(caught) < len(names))


def is_saboteur_caught(name: str) -> bool:
    """Return whether the check that is meant for a saboteur finds something."""
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return SABOTEURS[name].check in find_accusations(SABOTEURS[name], Path(folder))
        finally:
            os.chdir(ROOT)


def find_seen_by_prism(api: str, prism: Path) -> set[str]:
    """Return the saboteurs of an API of which Prism refuses a request, and takes the exemplary client's."""
    with TemporaryDirectory() as folder, run_prism(api, prism, Path(folder)) as (url, log):
        is_usable = {}
        for is_node in (False, True):
            # replaces a text by itself
            file = "transport.py"
            if is_node:
                file = "transport.mjs"
            exemplary = Saboteur("", f"{api}/ok", file, "MAX_BODY_LENGTH = 8", "MAX_BODY_LENGTH = 8")
            is_usable[is_node] = not has_refusal(exemplary, url, log)
        names = [name for name, saboteur in SABOTEURS.items() if saboteur.api == api and is_usable[saboteur.is_node]]
        return {name for name in names if has_refusal(SABOTEURS[name], url, log)}


def has_refusal(saboteur: Saboteur, url: str, log: Path) -> bool:
    """Return whether Prism refuses something that a client sends for a search."""
    size_before = log.stat().st_size
    with TemporaryDirectory() as folder:
        options = write_saboteur(saboteur, Path(folder))
        image_path = Path(folder, "image.jpg")
        image_path.write_bytes(render_jpeg(7))
        task = ClientTask(
            id="1",
            task="search",
            api=saboteur.api,
            base_url=url,
            credentials=dict(load_api(saboteur.api).accounts[0][0]),
            timeout=TIMEOUT,
            image_url=IMAGE_URL,
            image_path=str(image_path),
        )
        os.chdir(folder)
        try:
            asyncio.run(run_task(options[1].split(), task))
        finally:
            os.chdir(ROOT)
    text = log.read_bytes()[size_before:].decode("utf-8", "replace")
    return any(refusal in text for refusal in REFUSALS)


async def run_task(command: list[str], task: ClientTask) -> None:
    """Have a client do a task, whatever comes of it."""
    async with Client(command) as client:
        await client.run(task)


@contextmanager
def run_prism(api: str, prism: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the base URL of Prism as the mock of an API, and its log."""
    document, log = folder / "api.json", folder / "log"
    document.write_text(json.dumps(read_document(api)), "utf-8")
    port = find_free_port()
    with log.open("w") as file:
        command: list[str | Path] = [prism, "mock", document, "-p", str(port), "--errors"]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 60
            while "is listening" not in log.read_text("utf-8"):
                assert time.monotonic() < deadline, log.read_text("utf-8")
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}", log
        finally:
            process.terminate()
            process.wait()


def render_page(names: list[str], caught: set[str], seen_by_prism: set[str]) -> str:
    """Return the table."""
    counts = Counter(SABOTEURS[name].check for name in names)
    node_count = sum(SABOTEURS[name].is_node for name in names)
    caught_counts = Counter(SABOTEURS[name].check for name in caught)
    prism_counts = Counter(SABOTEURS[name].check for name in seen_by_prism)
    lines = [
        f"{len(names)} clients with one thing wrong, {node_count} of them in Node.js: {len(caught)} caught by the",
        f"check that is meant for them. Prism as the mock refuses what {len(seen_by_prism)} of them send.",
        "",
        "| check | saboteurs | caught as meant | seen by Prism |",
        "| --- | --- | --- | --- |",
    ]
    for check in list_client_checks():
        if check.id in counts:
            lines.append(f"| {check.id} | {counts[check.id]} | {caught_counts[check.id]} | {prism_counts[check.id]} |")
    missed = sorted(set(names) - caught)
    lines += ["", *(f"- missed: `{name}`" for name in missed)]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main())

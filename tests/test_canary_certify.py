"""A client that says its key in many encodings, wherever it can: no report of `lookalike certify` has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from lookalike.__main__ import cli

from .specs.redaction.test_redactor import ALL_ENCODINGS
from .test_canary_check import list_pieces, list_readings

ROOT = Path(__file__).parent.parent
FORMATS = ("text", "json", "junit", "markdown", "html", "badge", "svg")
# what every client here begins with: it notes which key it was given, for the test
BEGINNING = f"""
import json, logging, os, sys
sys.path.append({str(ROOT)!r})
import httpx
from tests.specs.redaction.test_redactor import ALL_ENCODINGS

def encode(task):
    token = task["credentials"]["apiToken"]
    with open("tokens", "a") as file:
        file.write(token + "\\n")
    return [encode(token) for encode in list(ALL_ENCODINGS.values())[::4]]

def ask(task, **extra):
    query = {{"apiToken": task["credentials"]["apiToken"], "img_url": task["image_url"], **extra}}
    return httpx.get(task["base_url"] + "/1688/global/search/image", params=query, timeout=3)
"""
SEARCH = f"""{BEGINNING}
def search(task):
    task = {{"credentials": task.credentials, "image_url": task.image_url, "base_url": task.base_url}}
    words = encode(task)
    BODY
"""
# what each of them does with the words
CLIENTS = {
    "its error": "raise RuntimeError(' | '.join(words))",
    "the kind of its error": "raise type(' | '.join(words).replace(chr(0), ''), (Exception,), {})()",
    "its log": "logging.warning(' | '.join(words)); return []",
    "stderr": "print(*words, sep=chr(10), file=sys.stderr); os._exit(1)",
    "its items": "return {'items': [{'id': word, 'title': word, 'price': word, 'url': word} for word in words], 'total': 3}",
    "its request": "ask(task, keyword=' | '.join(words), **{word: word for word in words}); return []",
    "a traceback": "assert words == 'other'",
}


def certify(folder: Path, *words: str) -> dict[str, str]:
    """Return all that a run writes, by stream and by file."""
    reports = [f"--report={name}={folder / name}" for name in FORMATS]
    cases = [f"--only=tmapi/{case}" for case in ("439",)]
    arguments = ["certify", "tmapi", "--task=search", "--timeout=20", "--jobs=1", *cases, *reports, *words]
    done = CliRunner().invoke(cli, [*arguments, f"--write-baseline={folder / 'baseline'}"])
    assert done.exit_code in (1, 3), done.output + str(done.exception)
    files = {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.name in (*FORMATS, "baseline")}
    assert set(files) == {*FORMATS, "baseline"}
    return {**files, "stdout": done.stdout, "stderr": done.stderr}


def find_tokens(folder: Path, texts: dict[str, str]) -> list[str]:
    """Return where most of an encoding of a key can be read."""
    # the last of them: each case has another one, and the same happens to it
    tokens = (folder / "tokens").read_text("utf-8").split()[-1:]
    assert tokens
    readings = {place: list_readings(text) for place, text in texts.items()}
    return [
        f"{place}: {name}"
        for token in tokens
        for name, encode in ALL_ENCODINGS.items()
        for place in readings
        if any(piece in reading for piece in list_pieces(encode(token)) for reading in readings[place])
    ]


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("client", CLIENTS)
def test_no_report_shows_what_a_client_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_text(SEARCH.replace("BODY", CLIENTS[client]), "utf-8")
    texts = certify(tmp_path, "--client=client:search")
    assert find_tokens(tmp_path, texts) == []

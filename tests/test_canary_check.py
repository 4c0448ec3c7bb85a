"""One secret, in every encoding, back from the server that is judged: no report of `lookalike check` has it."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lookalike.__main__ import cli
from lookalike_contracts.reports import FORMATS
from lookalike_specs.provenance import PROVENANCE_KINDS

from .echo_server import API, WAYS, serve_echo
from .test_canary import CANARY, SENT

# Of an encoding that is cut, so much may be shown: the rest says less than half of the secret.
SHOWN = 0.55


def find_echoes(texts: dict[str, str]) -> list[str]:
    """Return where most of an encoding can be read: in which text, and which encoding."""
    return [
        f"{place}: {name}"
        for place, text in texts.items()
        for name, encoded in SENT.items()
        if any(piece in reading for piece in list_pieces(encoded) for reading in list_readings(text))
    ]


def list_pieces(encoded: str) -> list[str]:
    """Return what is left of an encoding where a message is cut behind it, or before it."""
    length = int(len(encoded) * SHOWN)
    return [encoded[:length], encoded[-length:]]


def list_readings(text: str) -> set[str]:
    """Return a report as it is, and without the escapes of its format."""
    readings = {text, html.unescape(text)}
    readings |= {reading.replace("\\\\", "\\").replace('\\"', '"').replace("\\n", "\n") for reading in readings}
    return readings


def check_echo(folder: Path, way: str) -> dict[str, str]:
    """Return all that a run writes, by stream and by file."""
    words = [
        "check",
        API,
        "--operation=convertImageUrl",
        "--strict",
        "--coverage",
        "--max-cases=2",
        f"--trust={','.join(PROVENANCE_KINDS)}",
    ]
    words += [f"--report={name}={folder / name}" for name in FORMATS]
    words += [f"--write-baseline={folder / 'baseline'}"]
    # first those that a message shows most of when it is cut after 60 or 80 characters: some runs send few requests
    echoes = sorted(SENT.values(), key=lambda encoded: abs(len(encoded) - 75))
    with serve_echo(CANARY, echoes, way) as url:
        done = CliRunner().invoke(cli, [*words, f"--url={url}"], env={"LOOKALIKE_TMAPI_APITOKEN": CANARY})
    assert done.exit_code in (1, 3), done.output
    files = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert set(files) == {*FORMATS, "baseline"}
    return {**files, "stdout": done.stdout, "stderr": done.stderr}


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("way", WAYS)
def test_no_report_shows_what_the_server_echoes(tmp_path: Path, way: str) -> None:
    texts = check_echo(tmp_path, way)
    assert "***" in texts["json"]
    assert find_echoes(texts) == []


def test_the_reader_would_find_each_encoding() -> None:
    for name, encoded in SENT.items():
        assert f"report: {name}" in find_echoes({"report": f"<p>{html.escape(encoded)}"})
        assert f"report: {name}" in find_echoes({"report": json.dumps({"a": encoded})})


def test_no_report_shows_a_key_in_the_servers_own_address(tmp_path: Path) -> None:
    words = ["check", API, "--only=request", f"--url=http://127.0.0.1:1/{CANARY}"]
    words += [f"--report={name}={tmp_path / name}" for name in FORMATS]
    done = CliRunner().invoke(cli, words, env={"LOOKALIKE_TMAPI_APITOKEN": CANARY})
    assert done.exit_code == 3
    texts = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert "127.0.0.1:1/***" in done.stdout
    assert find_echoes({**texts, "stdout": done.stdout, "stderr": done.stderr}) == []

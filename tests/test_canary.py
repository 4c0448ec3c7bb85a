"""One secret, in every encoding, through the server and pytest: no stream and no file has it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from .specs.redaction.reader import is_secret_readable
from .specs.redaction.test_redactor import ALL_ENCODINGS

CANARY = "c4nary-Kq8z+T4mNx7Vb2Lw9"
SENT = {name: encode(CANARY) for name, encode in ALL_ENCODINGS.items()}
LOOKALIKE = (sys.executable, "-m", "lookalike")
TEST = f"""
    import os, threading, warnings

    import httpx

    CANARY = os.environ["LOOKALIKE_TMAPI_APITOKEN"]
    SENT = {SENT!r}

    def test_it(tmapi, lookalike_server, record_property, subtests):
        every = " | ".join(SENT.values())
        query = {{"apiToken": CANARY, "img_url": "https://me:" + CANARY + "@h/?apikey=" + CANARY, "keyword": every}}
        httpx.get(tmapi.base_url + "/1688/global/search/image", params=query)
        print(every)
        warnings.warn(every)
        record_property("every", every)
        with subtests.test(every):
            assert every == ""
        thread = threading.Thread(target=httpx.get, args=("x://" + every,))
        thread.start()
        thread.join()
        assert query == {{}}
"""


def find_leaks(texts: dict[str, str]) -> list[str]:
    """Return where the secret can be read: in which text, and in which encoding it was put there."""
    leaks = [f"{place}: raw" for place, text in texts.items() if is_secret_readable(CANARY, text, depth=0)]
    for place, text in texts.items():
        # most of it counts as well; pytest cuts long texts, and may cut one within an encoding
        leaks += [f"{place}: {name}" for name, encoded in SENT.items() if encoded[: len(encoded) * 3 // 4] in text]
    return leaks


def read_files(folder: Path) -> dict[str, str]:
    """Return all files below a folder, but for what the run was told by its own files."""
    return {
        str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "replace")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }


def run(*command: str, folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """Return what a command wrote, by stream and by file."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, timeout=100, check=False
    )
    streams = {"stdout": done.stdout.decode("utf-8", "replace"), "stderr": done.stderr.decode("utf-8", "replace")}
    return streams | read_files(folder)


@pytest.mark.slow
def test_pytest_shows_no_canary(tmp_path: Path) -> None:
    Path(tmp_path, "test_it.py").write_text("\n".join(line[4:] for line in TEST.splitlines()), "utf-8")
    options = ("-l", "-rA", "-v", "--junitxml=report.xml", "-W", "default", "-p", "no:cacheprovider")
    environment = {"LOOKALIKE_TMAPI_APITOKEN": CANARY, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    written = run(sys.executable, "-m", "pytest", "-p", "lookalike", *options, folder=tmp_path, environment=environment)
    assert "***" in written["stdout"]
    assert "***" in written["report.xml"]
    # the source of the test is shown, which has what it sends
    written["stdout"] = "\n".join(line for line in written["stdout"].splitlines() if "SENT = {" not in line)
    assert find_leaks(written) == []


@pytest.mark.slow
def test_a_server_shows_no_canary(tmp_path: Path) -> None:
    """Neither its log nor the journal, whatever part of a request it stands in."""
    with Path(tmp_path, "log").open("wb") as log, subprocess.Popen(
        [*LOOKALIKE, "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, stderr=log, text=True
    ) as server:  # fmt: skip
        assert server.stdout is not None
        try:
            announcement = json.loads(server.stdout.readline())
            answers = [
                ask(announcement["url"], *parts) for encoded in SENT.values() for parts in list_requests(encoded)
            ]
            token = {"Authorization": f"Bearer {announcement['control_token']}"}
            journal = ask(announcement["url"], "GET", "/_lookalike/sandboxes/demo/journal?limit=1000", token)
        finally:
            server.send_signal(signal.SIGTERM)
            rest = server.communicate(timeout=30)[0]
    assert journal.count('"number"') == len(answers)
    texts = {"journal": journal, "stdout": rest, **read_files(tmp_path)}
    assert find_leaks(texts) == []


def list_requests(encoded: str) -> Iterator[tuple[str, str, dict[str, str], str]]:
    """Yield requests with the canary as their token, and with an encoding of it in each part."""
    value = quote(encoded, safe="")
    target = f"/1688/global/search/image?apiToken={quote(CANARY, safe='')}"
    yield "GET", f"{target}&img_url={value}", {"prefer": "explain"}, ""
    yield "GET", f"/1688/nowhere/{value}?apiToken={quote(CANARY, safe='')}", {"x-own": value}, ""
    yield "POST", target, {"content-type": "application/json"}, json.dumps({"a": encoded, encoded: 1})
    yield "POST", target, {"content-type": "text/plain"}, encoded


def ask(url: str, method: str, target: str, headers: dict[str, str], body: str = "") -> str:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request(method, target, body.encode() or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return text

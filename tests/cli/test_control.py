"""The control token of `lookalike serve`: printed, or given by a file or the environment; and whom it lets in."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

TOKEN = "a-token-that-was-given_1.2~3+/=="
SECONDS = 60


@contextmanager
def serving(*args: str, token: str | None = None) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if name != "LOOKALIKE_CONTROL_TOKEN"}
    environment |= {} if token is None else {"LOOKALIKE_CONTROL_TOKEN": token}
    command = [sys.executable, "-m", "lookalike", "serve", "tmapi", "--port", "0", *args]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def first_line(process: subprocess.Popen[str]) -> dict:
    assert process.stdout
    payload: dict = json.loads(process.stdout.readline())
    return payload


def status(url: str, token: str, **headers: str) -> int:
    return httpx.get(f"{url}/_lookalike/sandboxes", headers={"authorization": f"Bearer {token}", **headers}).status_code


@pytest.mark.slow
def test_each_start_has_a_token_of_its_own() -> None:
    with serving("--json") as one, serving("--json") as other:
        told, also = first_line(one), first_line(other)
        assert len(told["control_token"]) >= 40
        assert told["control_token"] != also["control_token"]
        assert [status(told["url"], each["control_token"]) for each in (told, also)] == [200, 401]


def test_the_table_shows_where_and_with_what() -> None:
    with serving() as process:
        assert process.stdout
        url = process.stdout.readline().split(" on ")[1].split()[0]
        lines = [process.stdout.readline() for _ in range(7)]
        (line,) = (line for line in lines if line.startswith("control API"))
        place, token = line.split()[2], line.split()[-1]
        assert place == f"{url}/_lookalike/"
        assert status(url, token) == 200


def test_a_token_can_stand_in_the_environment() -> None:
    with serving("--json", token=f" {TOKEN}\n") as process:
        told = first_line(process)
        assert told["control_token"] == TOKEN
        assert status(told["url"], TOKEN) == 200


def test_a_file_counts_more(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", "utf-8")
    with serving("--json", "--control-token-file", str(file), token="of-the-environment") as process:
        told = first_line(process)
        assert [status(told["url"], token) for token in (TOKEN, "of-the-environment")] == [200, 401]
        command = Path(f"/proc/{process.pid}/cmdline")
        assert not command.exists() or TOKEN not in command.read_text("utf-8")


def test_a_token_that_was_given_is_not_shown_to_people() -> None:
    with serving(token=TOKEN) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(8)]
        process.terminate()
        out, err = process.communicate(timeout=SECONDS)
    shown = "".join(lines) + out + err
    assert "token as given" in shown
    assert TOKEN not in shown


@pytest.mark.slow
def test_no_token_is_in_what_is_logged() -> None:
    with serving("--json", token=TOKEN) as process:
        told = first_line(process)
        url = f"{told['url']}/_lookalike"
        headers = {"authorization": f"Bearer {TOKEN}"}
        for method, path in (
            ("GET", f"/images/{TOKEN}"),
            ("POST", f"/sandboxes?token={TOKEN}"),
            ("DELETE", f"/{TOKEN}"),
            ("GET", "/sandboxes"),
        ):
            httpx.request(method, f"{url}{path}", headers=headers, content=TOKEN if method == "POST" else None)
        httpx.get(f"{told['url']}/nowhere", headers=headers)
        process.terminate()
        out, err = process.communicate(timeout=SECONDS)
    # of the control API nothing is logged; of the vendors' a line, without the token
    assert json.loads(out)["path"] == "/nowhere"
    assert TOKEN not in out
    assert err == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "token",
    ["short", "x" * 513, "white space is not allowed", "umlauts-äöü-are-not-allowed", "x" * 20 + "\n" + "y" * 20],
)
def test_what_is_no_token_is_told_in_one_line(token: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(token, "utf-8")
    for place, process in (
        ("LOOKALIKE_CONTROL_TOKEN", serving(token=token)),
        (str(file), serving("--control-token-file", str(file))),
    ):
        with process as running:
            out, err = running.communicate(timeout=SECONDS)
        assert (running.returncode, out) == (2, "")
        assert err == f"Error: the token of {place} is not 16 to 512 letters, digits and -._~+/=\n"


@pytest.mark.slow
def test_a_file_that_is_empty_or_not_there(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for file, words in ((empty, "is not 16 to 512"), (tmp_path / "none", "No such file"), (tmp_path, "is a directory")):
        with serving("--control-token-file", str(file)) as running:
            _, err = running.communicate(timeout=SECONDS)
        assert running.returncode == 2
        assert err.startswith("Error: ")
        assert words in err
        assert err.count("\n") == 1


def test_an_empty_variable_is_none() -> None:
    with serving("--json", token="") as process:
        assert len(first_line(process)["control_token"]) >= 40


def test_more_names_can_be_allowed() -> None:
    with serving("--json", "--allow-host", "Lookalike", "--allow-host", "ci.example", token=TOKEN) as process:
        url = first_line(process)["url"]
        hosts = ("lookalike", "ci.example:99", "localhost", "other.example")
        assert [status(url, TOKEN, host=host) for host in hosts] == [200, 200, 200, 403]


def test_one_that_listens_everywhere_is_asked_by_the_address_that_is_reached() -> None:
    with serving("--json", "--host", "0.0.0.0", token=TOKEN) as process:  # noqa: S104 - that is the test
        url = first_line(process)["url"]
        assert [status(url, TOKEN, host=host) for host in ("127.0.0.1", "0.0.0.0", "10.0.0.1")] == [200, 403, 403]  # noqa: S104

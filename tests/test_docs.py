"""README and docs against the code: every example runs and prints what the page shows, every name exists.

In what a page shows, `…` stands for any text on a line, and for any lines where it stands alone.
"""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import click
import pytest

from lookalike.__main__ import cli
from lookalike.pytest_plugin import OPTION_HELP
from lookalike_mocks import Mock
from lookalike_mocks.faults import FAULTS
from lookalike_specs import list_api_ids, load_api

HOME = Path(__file__).parent.parent
PAGES = [
    HOME / "README.md",
    HOME / "CONTRIBUTING.md",
    HOME / "SECURITY.md",
    *sorted((HOME / "docs").glob("*.md")),
    *sorted((HOME / "examples").glob("*/README.md")),
]
# the first line of a program that commands use
FILE = re.compile(r"# (\w+\.py)\n")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
SERVE = re.compile(r"^(?:lookalike serve|scripts/serve)\b")
# a line of a server's request log, with the time and the milliseconds of some other day
LOGGED = re.compile(r"(\d\d:\d\d:\d\d)(.*?)( +\d+\.\d ms)(.*)")
SECONDS = 90
LANGUAGES = {"console", "python", "text", "toml", "yaml"}
# commands that no test can run, and why
NOT_RUN = {
    "scripts/test": "it runs this very test",
    "scripts/lint": "it is a part of scripts/test",
    "scripts/score": "it takes minutes",
    "tox": "it runs this very test, three times",
    "pre-commit": "it needs a repository",
    "pip install": "it needs a network; tests/test_pytest_client.py builds what it installs",
    "python -m pytest": "tests/test_pytest_client.py runs it",
    "PLANTED=": "tests/test_pytest_client.py runs it",
}


def named(path: Path) -> str:
    return str(path.relative_to(HOME))


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text("utf-8"))


def steps(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what it shows."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def wild(shown: str) -> str:
    return re.escape(shown).replace("…", ".*")


def shows(shown: str, printed: str) -> bool:
    lines = [
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r" *\n" for line in shown.splitlines()
    ]
    return (
        re.fullmatch("".join(lines), printed if printed.endswith("\n") or not printed else printed + "\n") is not None
    )


def free_port() -> str:
    """A port of four digits, like those on the pages, so that tables are as wide."""
    for port in random.sample(range(2000, 9999), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return str(port)
    raise AssertionError("no port is free")


@dataclass
class Shell:
    """A reader at a terminal: servers stay up behind, ports that are shown stand for free ones."""

    home: Path
    ports: dict[str, str] = field(default_factory=dict)
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, command: str, shown: str) -> str:
        command = re.sub(r"^scripts/serve", "lookalike serve", command)
        if SERVE.match(command) and not shown.startswith("Error: "):
            return self.back(self.serve(command))
        for port, real in self.ports.items():
            command = command.replace(f":{port}", f":{real}")
        process = subprocess.run(
            ["bash", "-c", command], cwd=self.home, env=self.environment(), timeout=SECONDS, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip
        return self.back(process.stdout)

    def serve(self, command: str) -> str:
        port = (re.findall(r"--port (\d+)", command) or ["8765"])[0]
        real = free_port()
        for at in range(3 if "--workers" in command else 1):  # the workers' own ports are the next ones
            self.ports[str(int(port) + at)] = str(int(real) + at)
        command = re.sub(r" --port \d+", "", command) + f" --port {real}"
        out = self.home / f"{real}.txt"
        with out.open("wb") as file:
            self.servers.append(
                subprocess.Popen(
                    ["bash", "-c", f"exec {command}"], cwd=self.home, env=self.environment(), stdout=file, stderr=file
                )
            )
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and self.servers[-1].poll() is None:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{real}/_lookalike/health", timeout=5).close()
                if out.stat().st_size:
                    break
            time.sleep(0.05)
        return out.read_text("utf-8")

    def has_logged(self, block: str) -> bool:
        """Whether the servers have printed these lines of a request log, in their order; a line may be on its way."""
        lines = []
        for line in block.splitlines():
            match = LOGGED.fullmatch(line)
            assert match is not None, line
            lines.append(rf"\d\d:\d\d:\d\d{wild(match[2])} +\d+\.\d ms{wild(match[4])}\n")
        pattern = r"(?:.*\n)*?".join(lines)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if any(re.search(pattern, path.read_text("utf-8")) for path in self.home.glob("[0-9]*.txt")):
                return True
            time.sleep(0.1)
        return False

    def back(self, text: str) -> str:
        for port, real in self.ports.items():
            text = text.replace(f":{real}", f":{port}")
        return text

    def environment(self) -> dict[str, str]:
        # with CI, Hypothesis does not mind a slow machine
        return os.environ | {"CI": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "NO_COLOR": "1"}

    def close(self) -> None:
        for server in self.servers:
            server.terminate()
        for server in self.servers:
            server.wait(SECONDS)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "examples").symlink_to(HOME / "examples")  # a reader is in a checkout
    (tmp_path / "petstore.yaml").symlink_to(HOME / "tests/data/openapi/petstore.yaml")  # and downloaded this
    opened = Shell(tmp_path)
    yield opened
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_prints_what_the_page_shows(page: Path, shell: Shell) -> None:
    for language, block in blocks(page):
        if language == "python" and (file := FILE.match(block)):
            (shell.home / file[1]).write_text(block, "utf-8")
        if language == "text" and LOGGED.match(block):
            assert shell.has_logged(block), block
        for command, shown in steps(block) if language == "console" else ():
            if not command.startswith(tuple(NOT_RUN)):
                printed = shell.run(command, shown)
                assert shows(shown, printed), f"$ {command}\n{printed}"


PYTHON = [
    pytest.param(block, following[1] if following[0] == "text" else "", id=f"{named(page)}-{number}")
    for page in PAGES
    for number, ((language, block), following) in enumerate(pairwise([*blocks(page), ("", "")]))
    if language == "python" and not FILE.match(block)
]


@pytest.mark.slow
@pytest.mark.parametrize(("code", "shown"), PYTHON)
def test_every_program_prints_what_the_page_shows(code: str, shown: str, tmp_path: Path) -> None:
    # but for the SDKs' way to tell the time
    command = [sys.executable, "-W", "error", "-W", "ignore:datetime.datetime.utcnow:DeprecationWarning", "-c", code]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    assert (process.returncode, process.stderr) == (0, "")
    assert shows(shown, process.stdout), process.stdout


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_says_what_it_is(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.count("\n```") == 2 * len(blocks(page))
    assert {language for language, _ in blocks(page)} <= LANGUAGES


def command_lines(page: Path) -> list[str]:
    """Whatever a page says of our commands: lines after a prompt, and code in the text."""
    prose = BLOCK.sub("", page.read_text("utf-8"))
    lines = [command for language, block in blocks(page) if language == "console" for command, _ in steps(block)]
    lines += [" ".join(code.split()) for code in CODE.findall(prose)]
    return [line.replace("scripts/serve", "lookalike serve") for line in lines]


def options(command: str) -> set[str]:
    loaded = cli.get_command(click.Context(cli), command)
    assert loaded is not None
    subcommands = loaded.commands.values() if isinstance(loaded, click.Group) else ()
    return {
        option
        for one in (loaded, *subcommands)
        for parameter in one.params
        for option in parameter.opts
        if option.startswith("-")
    }


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    everything = {"--version", "--help"}.union(*map(options, cli.table))
    for line in command_lines(page):
        for call in re.findall(r"(?<![/-])\blookalike ([^|)]*)", line):
            # what stands behind `--` is another program's
            command, *rest = call.partition(" -- ")[0].split()
            if command not in ("--version", "--help"):
                assert command in cli.table, line
                words = {word for word in rest if re.fullmatch(r"--?[a-z]+", word)}
                assert words <= options(command) | {"--help"}, line
        if re.fullmatch(r"--[a-z-]+", line):
            assert line in everything or line.removeprefix("--lookalike-") in OPTION_HELP, line


def test_every_command_and_option_is_documented() -> None:
    lines = "\n".join(line for page in PAGES for line in command_lines(page))
    for command in cli.table:
        assert f"lookalike {command}" in lines
        for option in options(command):
            assert option in lines or option == "-o", (command, option)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_variant_and_situation_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    switches = re.findall(r"--variant ([\w.-]+)=([\w-]+)", text)
    switches += re.findall(rf"\"((?:{'|'.join(list_api_ids())})\.[\w-]+)\": \"([\w-]+)\"", text)
    for key, value in switches:
        assert Mock(variants={key: value})
    for api, situation in re.findall(rf"(?:^|`)({'|'.join(list_api_ids())})/([\w.-]+)(?:`|  HTTP)", text, re.MULTILINE):
        assert situation in {*load_api(api).root.errors, *load_api(api).root.situations, *FAULTS}, f"{api}/{situation}"


def test_the_table_of_faults_has_them_all() -> None:
    text = (HOME / "docs/situations.md").read_text("utf-8")
    assert re.findall(r"^\| `([\w-]+)` \| .* \| .* \|$", text, re.MULTILINE) == list(FAULTS)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        aim = page.parent / path if path else page
        assert target.startswith("https://") or aim.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", aim.read_text("utf-8"), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


def test_the_readme_has_a_row_for_each_api_and_it_is_right() -> None:
    text = (HOME / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| .* \| `(\w+) (/\S*)` \| ", text, re.MULTILINE)
    assert rows == [
        (api, load_api(api).operations[0].method, load_api(api).operations[0].path) for api in list_api_ids()
    ]

"""Every command, group, argument and option of the table, wrong in every way: an exit code, one line, a hint.

The cases are made from the commands themselves, so a new command or option is among them by itself.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from click.testing import Result

from lookalike.__main__ import cli
from lookalike.extras import EXTRAS

Run = Callable[..., Result]
MAX_HELP_LINES = 140
# what a line of error has, beside what is wrong, so that somebody knows what to do
HINT = re.compile(
    r"did you mean '|; one of |is not one of |; known: |cannot be imported|see lookalike |usage: lookalike |nearest: |such as |in the range |not a valid "
    r"|is a directory|is a file|cannot (listen|read|write) |is not UTF-8|is KEY=VALUE|is FORMAT=PATH|is API\.KEY=VALUE"
    r"|: The command that runs your driver|no such file|Choose from"
)
# A command that would serve until a signal, or judge for minutes, is kept from it by these.
SAFE_VARIABLES = {
    "LOOKALIKE_HOST": "nowhere.invalid",
    "LOOKALIKE_URL": "http://127.0.0.1:9",
    "LOOKALIKE_ONLY": "paging/doubled",
    "LOOKALIKE_MAX_TIME": "5",
}


class Command(NamedTuple):
    """A command or a group, and the words that call it."""

    words: tuple[str, ...]
    command: click.Command

    @property
    def options(self) -> list[click.Option]:
        return [parameter for parameter in self.command.params if isinstance(parameter, click.Option)]

    @property
    def arguments(self) -> list[click.Argument]:
        return [parameter for parameter in self.command.params if isinstance(parameter, click.Argument)]

    def fill(self, left_out: click.Parameter | None = None) -> list[str]:
        """The words with whatever is required, but for one parameter."""
        words = list(self.words)
        for parameter in self.command.params:
            if parameter.required and parameter is not left_out:
                value = next(iter(self.complete(parameter)), "1")
                words += [parameter.opts[0], value] if isinstance(parameter, click.Option) else [value]
        return words

    def complete(self, parameter: click.Parameter) -> list[str]:
        context = click.Context(self.command, info_name=self.words[-1])
        return [str(item.value) for item in parameter.shell_complete(context, "") if item.type == "plain"]


def walk(words: tuple[str, ...], command: click.Command) -> Iterator[Command]:
    yield Command(words, command)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from walk((*words, name), below)


COMMANDS = [command for command in walk((), cli) if command.words]
LEAVES = [command for command in COMMANDS if not isinstance(command.command, click.Group)]
OPTIONS = [(command, option) for command in LEAVES for option in command.options]
ARGUMENTS = [(command, argument) for command in LEAVES for argument in command.arguments]


def name_case(value: object) -> str | None:
    if isinstance(value, Command):
        return " ".join(value.words)
    if isinstance(value, click.Parameter):
        return max(value.opts, key=len)
    return None


def is_text(parameter: click.Parameter) -> bool:
    return isinstance(parameter.type, click.types.StringParamType)


def misspell(word: str) -> str:
    return word[:-1]


@pytest.fixture(autouse=True)
def _safe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in SAFE_VARIABLES.items():
        monkeypatch.setenv(name, value)


def require_one_line(result: Result) -> str:
    """The line that a refused command prints."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("Error: ")
    assert HINT.search(result.stderr), result.stderr
    return result.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=name_case)
def test_bare_it_does_its_work_or_says_what_is_missing(command: Command, lookalike: Run) -> None:
    result = lookalike(*command.words)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if result.exit_code == 2:
        require_one_line(result)
    else:
        # 3: `check` had no server to ask
        assert result.exit_code in (0, 3)
        assert result.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=name_case)
def test_its_help_is_a_page(command: Command, lookalike: Run) -> None:
    result = lookalike(*command.words, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) <= MAX_HELP_LINES
    assert f"lookalike {' '.join(command.words)}" in result.stdout.partition("Examples:")[2]


@pytest.mark.parametrize("command", COMMANDS, ids=name_case)
def test_its_name_misspelt_brings_the_name(command: Command, lookalike: Run) -> None:
    *before, name = command.words
    assert f"did you mean '{name}'?" in require_one_line(lookalike(*before, misspell(name)))


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=name_case)
def test_an_option_misspelt_brings_the_option(command: Command, option: click.Option, lookalike: Run) -> None:
    name = max(option.opts, key=len)
    line = require_one_line(lookalike(*command.fill(option), misspell(name)))
    assert f"did you mean '{name}'?" in line


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=name_case)
def test_an_option_without_its_value_is_one_line(command: Command, option: click.Option, lookalike: Run) -> None:
    name = max(option.opts, key=len)
    line = require_one_line(lookalike(*command.fill(option), f"{name}=1" if option.is_flag else name))
    assert f"see lookalike {' '.join(command.words)} --help" in line


CHOICES = [(command, parameter) for command, parameter in (*OPTIONS, *ARGUMENTS) if command.complete(parameter)]


@pytest.mark.parametrize(("command", "parameter"), CHOICES, ids=name_case)
def test_a_value_misspelt_brings_the_value(command: Command, parameter: click.Parameter, lookalike: Run) -> None:
    choices = command.complete(parameter)
    words = [*command.fill(parameter), *parameter.opts[-1:], misspell(choices[-1])]
    if isinstance(parameter, click.Argument):
        words.remove(parameter.opts[-1])
    require_one_line(lookalike(*words))


NUMBERS = [(command, option) for command, option in OPTIONS if "range" in option.type.name]


@pytest.mark.parametrize(("command", "option"), NUMBERS, ids=name_case)
@pytest.mark.parametrize("value", ["x", "-1", "nan"])
def test_a_number_out_of_range_is_one_line(command: Command, option: click.Option, value: str, lookalike: Run) -> None:
    line = require_one_line(lookalike(*command.fill(option), f"{option.opts[-1]}={value}"))
    assert f"'{option.opts[-1]}'" in line


FILES = [(command, option) for command, option in OPTIONS if isinstance(option.type, click.Path)]


@pytest.mark.parametrize(("command", "option"), FILES, ids=name_case)
def test_a_file_for_a_folder_and_a_folder_for_a_file_is_one_line(
    command: Command, option: click.Option, lookalike: Run, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert isinstance(option.type, click.Path)
    wrong = str(tmp_path) if option.type.file_okay else str(tmp_path / "file")
    assert wrong in require_one_line(lookalike(*command.fill(option), option.opts[-1], wrong))


TEXTS = [(command, parameter) for command, parameter in (*OPTIONS, *ARGUMENTS) if is_text(parameter)]


@pytest.mark.parametrize(("command", "parameter"), TEXTS, ids=name_case)
def test_a_value_of_no_encoding_is_one_line(command: Command, parameter: click.Parameter, lookalike: Run) -> None:
    words = [*command.fill(parameter), *parameter.opts[-1:], "k=\udcff"]
    if isinstance(parameter, click.Argument):
        words.remove(parameter.opts[-1])
    line = require_one_line(lookalike(*words))
    # it may be a secret
    assert "udcff" not in line or "--import" in words


CHECKED = [(command, option) for command, option in OPTIONS if option.envvar and not is_text(option)]


@pytest.mark.parametrize(("command", "option"), CHECKED, ids=name_case)
def test_a_wrong_variable_is_named(
    command: Command, option: click.Option, lookalike: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if isinstance(option.type, click.Path):
        (tmp_path / "file").touch()
        value = str(tmp_path) if option.type.file_okay else str(tmp_path / "file")
    else:
        value = "none-of-these"
    monkeypatch.setenv(str(option.envvar), value)
    assert f"comes from the variable {option.envvar})" in require_one_line(lookalike(*command.fill(option)))


def test_too_much_is_one_line(lookalike: Run) -> None:
    for command in LEAVES:
        if all(argument.nargs == 1 for argument in command.arguments):
            words = [*command.fill(), *["1"] * len(command.arguments), "more"]
            assert "; usage: lookalike" in require_one_line(lookalike(*words))


WITHOUT = """
    import json, sys
    for name in {missing!r}:
        sys.modules[name] = None
    from click.testing import CliRunner
    from lookalike.__main__ import cli
    results = []
    for words in json.loads(sys.argv[1]):
        result = CliRunner().invoke(cli, words, prog_name="lookalike")
        results.append((words, result.exit_code, result.stderr, repr(result.exception)))
    print(json.dumps(results))
"""


@pytest.mark.slow
@pytest.mark.parametrize("extra", sorted({*EXTRAS.values()}))
def test_without_an_extra_nothing_ends_in_a_traceback(extra: str) -> None:
    missing = [name for name, brings in EXTRAS.items() if brings == extra]
    # `spec` alone would print all documents, which takes ten times as long as one
    lines = [command.fill() for command in COMMANDS if command.words != ("spec",)] + [["spec", "hiobuy"]]
    lines += [["check", "--report", "html=x.html"]]
    if extra == "tls":
        # with the extra it would serve until a signal
        lines += [["serve", "tmapi", "--host", "127.0.0.1", "--port", "0", "--tls-ca", "ca.pem"]]
    code = textwrap.dedent(WITHOUT.format(missing=missing))
    process = subprocess.run(
        [sys.executable, "-c", code, json.dumps(lines)], capture_output=True, text=True, timeout=120, check=True
    )
    for words, exit_code, stderr, exception in json.loads(process.stdout):
        assert exception == "None" or exception.startswith("SystemExit"), (words, exception)
        if "needs an extra" in stderr:
            assert (exit_code, stderr.count("\n")) == (2, 1)
            assert f'pip install "lookalike[{extra}]"' in stderr
    if extra in ("contracts", "tls"):
        assert any("needs an extra" in result[2] for result in json.loads(process.stdout))

"""Options that environment variables set, for every command."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import Result

from lookalike.__main__ import cli
from lookalike.environment import OWN_OPTIONS, TYPED_OPTIONS

Run = Callable[..., Result]


def list_options() -> Iterator[tuple[str, click.Option]]:
    """Every option of every command, with the command's path."""
    for name in cli.table:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        commands = {name: command}
        if isinstance(command, click.Group):
            commands = {f"{name} {below}": one for below, one in command.commands.items()}
        for path, one in commands.items():
            for parameter in one.params:
                if isinstance(parameter, click.Option):
                    yield path, parameter


def test_every_option_has_a_variable_but_the_one_that_costs_money() -> None:
    without = {max(option.opts, key=len) for _, option in list_options() if not option.envvar}
    assert without == {f"--{name}" for name in TYPED_OPTIONS}


def test_a_variable_means_the_same_at_every_command() -> None:
    kinds = defaultdict(set)
    for _, option in list_options():
        kinds[option.envvar].add((option.opts[-1], option.is_flag, option.multiple, option.type.name))
    assert {name: kind for name, kind in kinds.items() if len(kind) > 1 and name} == {}
    assert {f"LOOKALIKE_CHECK_{name.upper()}" for name in OWN_OPTIONS} & kinds.keys()


def test_a_variable_is_taken_and_the_command_line_goes_before_it(
    lookalike: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_JSON", "1")
    assert json.loads(lookalike("apis").stdout)
    monkeypatch.setenv("LOOKALIKE_PORT", "70000")
    assert lookalike("serve").stderr == (
        "Error: Invalid value for '--port': 70000 is not in the range 0<=x<=65535."
        " (--port comes from the variable LOOKALIKE_PORT)\n"
    )
    assert "LOOKALIKE" not in lookalike("serve", "--port", "70001").stderr


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("VARIANT", "auth", "--variant is KEY=VALUE, not 'auth' (--variant comes from the variable LOOKALIKE_VARIANT)"),
        (
            "VARIANT",
            "booleans=lenient auth=ether",
            "--variant: auth is one of apiToken, apikey, either, not 'ether'; did you mean 'either'?"
            " (--variant comes from the variable LOOKALIKE_VARIANT)",
        ),
        ("HOST", "nowhere.invalid", "cannot listen on nowhere.invalid port 8765: "),
    ],
)
def test_an_error_names_the_variable(lookalike: Run, monkeypatch, variable: str, value: str, message: str) -> None:
    monkeypatch.setenv(f"LOOKALIKE_{variable}", value)
    result = lookalike("serve")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {message}")
    assert result.stderr.count("\n") == 1


def test_what_kubernetes_says_of_a_service_is_no_port(lookalike: Run, monkeypatch) -> None:
    monkeypatch.setenv("LOOKALIKE_PORT", "tcp://10.0.0.11:8765")
    result = lookalike("serve", "--host", "nowhere.invalid")
    assert result.stderr.startswith("Error: cannot listen on nowhere.invalid port 8765: ")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("serve", "such as --host by LOOKALIKE_HOST."),
        ("check", "such as --url by LOOKALIKE_URL, --format by LOOKALIKE_CHECK_FORMAT. There is none for --live."),
    ],
)
def test_the_help_tells_of_the_variables(lookalike: Run, command: str, sentence: str) -> None:
    text = " ".join(lookalike(command, "--help").stdout.split())
    assert f"Each option can be set by an environment variable, {sentence}" in text

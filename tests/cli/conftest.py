"""What the tests of the command line share."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openapi_schema_validator import OAS30Validator, OAS31Validator

from lookalike.__main__ import cli
from lookalike_specs import load_api

TIMEOUT = 30
SUCCESS_RULES: dict[str, Callable[[Any], bool]] = {
    "aliyun": lambda body: body["Success"] is True,
    "daji-1688": lambda body: body["code"] == 200,
    "daji-taobao": lambda body: body["code"] == 200,
    "hiobuy": lambda body: body["ret"] == 1,
    "tmapi": lambda body: body["code"] == 200,
}


@pytest.fixture
def lookalike() -> Callable[..., Result]:
    """Run a command in this process."""
    return lambda *args: CliRunner().invoke(cli, args, prog_name="lookalike")


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[subprocess.Popen[str]]]:
    """Run `lookalike serve` in a process of its own for as long as a block lasts."""

    @contextmanager
    def run(*args: str) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-m", "lookalike", "serve", *args]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=TIMEOUT)

    return run


@pytest.fixture(scope="session")
def told(serving: Callable[..., AbstractContextManager[subprocess.Popen[str]]]) -> Iterator[dict[str, Any]]:
    """What a server of all APIs says of itself; it runs for the whole session."""
    with serving("--port", "0", "--json") as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())


@pytest.fixture(scope="session")
def check_success() -> Callable[[str, bytes], Any]:
    """Hold the body of an API's good answer to its spec; the body."""

    def check(api: str, text: bytes) -> Any:
        body, spec = json.loads(text), load_api(api)
        validator = OAS30Validator if spec.document["openapi"].startswith("3.0") else OAS31Validator
        validator(spec.operations[0].response_schema).validate(body)
        assert SUCCESS_RULES[api](body), body
        return body

    return check

"""Whatever a server says, no format of a report has a line that a CI's agent takes for a command."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace as replace_struct

from lookalike_contracts.baseline import Baseline
from lookalike_contracts.finding import Exchange
from lookalike_contracts.reports import FORMATS, CompletedRun, assemble_report
from lookalike_contracts.reports.html.environment import SCRIPT, STYLE
from lookalike_specs.printable_text import CHARACTER_REFERENCES, break_workflow_commands

COMMANDS = (
    "::stop-commands::token", "  ::error::hello", "\t::set-output name=x::y", "::add-mask::e", "##[error]x", "a ##[group]y",
    "##vso[task.setvariable variable=PATH]evil", "b##vso[build.addbuildtag]z", "###vso[x]", "##teamcity[buildStatus text='x']",
    "section_start:1560896352:name\r\x1b[0K", "\r::error::cr", "\u2028::error::ls", "\x85::error::nel", "\x0b::warning::vt",
    "\x1c::debug::fs", "\u3000::notice::wide", "##VSO[upper]",
)  # fmt: skip
# what GitHub's runner, Azure's agent, TeamCity and GitLab's runner read, from their sources and their documents
BRACKETS = re.compile(r"##[a-z.]*\[|section_(start|end):\d+:", re.IGNORECASE)
LINE_ENDS = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
OURS = re.compile(r"::(error|warning|notice) (file|title)=")
ALL = pytest.mark.parametrize("form", FORMATS)


@pytest.fixture(scope="module")
def commanding_run(hostile_run: CompletedRun) -> CompletedRun:
    """A run whose findings and reasons are full of commands: in messages, places, bodies, headers and requests."""
    text = "\n".join(COMMANDS)
    results = []
    for result in hostile_run.result.results:
        findings = tuple(
            replace(
                finding,
                message=text,
                pointer=text,
                exchanges=tuple(spoil(exchange, text) for exchange in finding.exchanges),
            )
            for finding in result.findings
        )
        results.append(replace(result, findings=findings, reason=text if result.reason else ""))
    return replace(hostile_run, result=replace(hostile_run.result, results=tuple(results)))


def spoil(exchange: Exchange, text: str) -> Exchange:
    body = text.encode()
    headers = ((b"x-evil", b"##vso[task.complete]"), (b"content-type", b"##[x]"))
    return Exchange(
        replace_struct(exchange.request, body=body),
        replace_struct(exchange.response, body=body, headers=headers, media_type="##[x]"),
    )


def find_commands(text: str, *, is_github: bool = False) -> list[str]:
    """Return what an agent would obey."""
    commands = [match[0] for match in BRACKETS.finditer(text)]
    for line in LINE_ENDS.split(text):
        stripped = line.strip()
        if stripped.startswith("::") and not (is_github and OURS.match(line)):
            commands.append(stripped)
    return commands


@ALL
def test_a_ci_obeys_no_line_of_a_server(form: str, commanding_run: CompletedRun) -> None:
    report = assemble_report(commanding_run, lambda finding: f"lookalike check --only {finding.check}", Baseline())
    text = FORMATS[form](report)
    assert find_commands(text, is_github=form == "github") == []
    # and it is still there to be read
    assert "stop-commands" in text
    assert "task.setvariable" in text


def test_the_commands_are_ones_before_they_are_broken_up() -> None:
    assert len(find_commands("\n".join(COMMANDS))) >= len(COMMANDS)


def test_whoever_parses_a_report_gets_what_the_server_said(commanding_run: CompletedRun) -> None:
    report = assemble_report(commanding_run, lambda finding: finding.check, Baseline())
    (first, *_) = json.loads(FORMATS["json"](report))["findings"]
    assert "::stop-commands::token" in first["message"]
    assert "##vso[task.setvariable variable=PATH]evil" in first["response"]
    assert "##vso[" in json.dumps(json.loads(FORMATS["sarif"](report)))
    suites = ElementTree.fromstring(FORMATS["junit"](report))  # noqa: S314 - our own
    texts = "".join(suites.itertext())
    assert "\n::stop-commands::token" in texts
    assert "##vso[task.setvariable variable=PATH]evil" in texts


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("##vso[x]", "#\\u0023vso[x]"),
        ("####[x", "###\\u0023[x"),
        (" ::error::x", " :\\u003aerror::x"),
        ("a ::error::x", "a ::error::x"),
        ("## Heading [x]", "## Heading [x]"),
        ("std::move\n:: x", "std::move\n:\\u003a x"),
        ("section_end:1:a", "section_end\\u003a1:a"),
    ],
)
def test_a_command_is_broken_up_and_nothing_else(text: str, broken: str) -> None:
    assert break_workflow_commands(text) == broken
    assert break_workflow_commands(broken) == broken


def test_the_style_and_the_script_of_the_page_hold_nothing_that_is_broken_up() -> None:
    for text in (STYLE, SCRIPT):
        assert break_workflow_commands(text, CHARACTER_REFERENCES) == text

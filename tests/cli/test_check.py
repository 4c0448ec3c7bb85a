"""`lookalike check`: what it prints and writes, how it ends, and that nobody's credentials are in it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree

import pytest

from lookalike import serve
from lookalike.commands.check import FORMAT_NAMES as NAMES
from lookalike_contracts.reports import FORMATS
from lookalike_mocks import Mock
from lookalike_specs.messages import Request, Response

QUICK = ("tmapi", "--only", "request", "--only", "paging/doubled", "--max-cases", "2")
SECONDS = 60


class Spoiled(Mock):
    """The first item of every page is the same; slow ones never answer in time."""

    def respond(self, request: Request) -> Response:
        reply = super().respond(request)
        if not request.path.startswith("/1688/global") or reply.status != 200:
            return reply
        body = json.loads(reply.body)
        for item in body["data"]["items"][:1]:
            item["item_id"] = 1
        return Response(status=200, body=json.dumps(body | {"msg": request.query.decode()}).encode())


@pytest.fixture(scope="module")
def spoiled() -> Iterator[str]:
    with serve(Spoiled("tmapi", "daji-1688")) as stage:
        yield stage.url


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class CountingMock(Mock):
    """An honest mock that counts the requests to the vendor's paths."""

    def __init__(self) -> None:
        super().__init__("tmapi")
        self.request_count = 0

    def respond(self, request: Request) -> Response:
        self.request_count += 1
        return super().respond(request)


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("budget", [1, 5, 20])
def test_what_is_counted_is_what_was_sent_and_never_more_than_the_budget(lookalike, budget: int):
    mock = CountingMock()
    with serve(mock) as server:
        command = ("check", "tmapi", "--only", "request", "--only", "limits", "--url", server.url)
        result = lookalike(*command, "--max-requests", str(budget))
        assert result.exit_code == 3
        assert mock.request_count == budget
        assert f" {budget} request{'s' * (budget > 1)} in " in result.output.splitlines()[-1]


def test_the_command_offers_the_formats_that_there_are():
    assert sorted(NAMES) == sorted(FORMATS)


def test_without_a_url_a_mock_is_judged_and_all_is_well(lookalike):
    result = lookalike("check", *QUICK)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Lookalike 0.1.0 judged a mock at http://127.0.0.1:")
    assert lines[2:5] == ["tmapi", "  paging   1 passed", "  request  2 passed"]
    assert lines[-1].startswith("0 errors, 3 checks passed, ")


def test_a_finding_is_told_with_all_that_shows_it(lookalike, spoiled):
    result = lookalike("check", *QUICK, "--url", spoiled, "--seed", "7")
    assert result.exit_code == 1
    again = "lookalike check tmapi --only paging/doubled --operation searchItemsByImageUrl --seed 7"
    for part in (
        "FAILED  tmapi/searchItemsByImageUrl  paging/doubled",
        "apis/tmapi/openapi.yaml:",
        f"{again} --url {spoiled} --max-cases 2",
        "lookalike explain paging/doubled",
        "curl -s ",
        "fact   documented: ",
        "apiToken=lookalike-demo-token",
    ):
        assert part in result.stdout


def test_what_repeats_a_finding_repeats_it(lookalike, spoiled):
    findings = read_findings(lookalike("check", *QUICK, "--url", spoiled, "--format", "json").stdout)
    once_more = lookalike(*findings[0]["rerun_command"].split()[1:], "--format", "json")
    assert read_findings(once_more.stdout) == findings
    assert len(findings) == 1


def read_findings(report: str) -> list[dict[str, Any]]:
    """Return a report's findings without the time of each answer, which moves on."""
    findings: list[dict[str, Any]] = json.loads(report)["findings"]
    for finding in findings:
        finding["response"] = re.sub(r"(?m)^date: .*$", "date: now", finding["response"])
    return findings


def test_two_runs_say_the_same(lookalike, spoiled):
    def told() -> list[str]:
        text = lookalike("check", *QUICK, "--url", spoiled).stdout
        return text.splitlines()[:-1]

    assert told() == told()


@pytest.mark.slow
@pytest.mark.parametrize("form", NAMES)
def test_no_report_has_credentials(form, lookalike, here):
    mock = Spoiled("tmapi", "daji-1688")
    sandbox = mock.create_sandbox()
    secrets = {"tmapi.apiToken": sandbox.credentials["tmapi"]["apiToken"]}
    secrets["daji-1688.appSecret"] = sandbox.credentials["daji-1688"]["appSecret"]
    given = [f"--credentials={name}={value}" for name, value in secrets.items()]
    given += ["--credentials", f"daji-1688.appKey={sandbox.credentials['daji-1688']['appKey']}"]
    with serve(mock) as stage:
        result = lookalike(
            "check", "tmapi", "daji-1688", "--only", "answer/schema", "--only", "paging/doubled", "--only", "request",
            "--max-cases", "2", "--url", stage.url, *given, "--report", f"{form}=r", "--format", form,
        )  # fmt: skip
    assert result.exit_code == 1, result.output
    for text in (result.stdout, result.stderr, (here / "r").read_text("utf-8")):
        assert not [value for value in secrets.values() if value in text]
    assert sandbox.journal


def test_reports_are_written_beside_what_is_printed(lookalike, spoiled, here):
    files = [f"--report={form}={form}.txt" for form in NAMES]
    result = lookalike("check", *QUICK, "--url", spoiled, *files)
    assert sorted(path.name for path in here.iterdir()) == sorted(f"{form}.txt" for form in NAMES)
    assert (here / "text.txt").read_text("utf-8") == result.stdout
    assert json.loads((here / "json.txt").read_bytes())["exit_code"] == 1
    assert ElementTree.parse(here / "junit.txt").getroot().get("failures") == "1"  # noqa: S314 - our own file


ENDS = [
    (("tmapi", "--only", "request/accepted", "--url", "http://127.0.0.1:1"), 3, "nothing listens at 127.0.0.1:1"),
    (("tmapi", "--only", "paging/doubled", "--operation", "convertImageUrl"), 2, "nothing was checked"),
    (("--only", "paging", "--skip", "paging"), 2, "--skip takes away all that --only leaves"),
    (("tmapi", "--only", "pagin"), 2, "did you mean 'paging'?"),
    (("tmapi", "--skip", "paging/doubles"), 2, "did you mean 'paging/doubled'?"),
    (("tmap",), 2, "did you mean 'tmapi'?"),
    (("tmapi", "--operation", "searchItem"), 2, "did you mean 'searchItemsByImageUrl'?"),
    (("tmapi", "--variant", "tmapi.auth=apitoken"), 2, "did you mean 'apiToken'?"),
    (("tmapi", "--credentials", "tmapi.apitoken=geheim"), 2, "not 'apitoken'; did you mean 'apiToken'?"),
    (("tmapi", "--credentials", "tmapi.apiToken"), 2, "--credentials is API.KEY=VALUE, which number 1 is not"),
    (("tmapi", "--credentials", "hiobuy.X-Uuid=geheim"), 2, "'hiobuy' is not checked"),
    (("tmapi", *["--credentials", "tmapi.apiToken=geheim"] * 2), 2, "tmapi.apiToken is given twice"),
    (("tmapi", "--report", "html"), 2, "--report is FORMAT=PATH, not 'html'"),
    (("tmapi", "--report", "htm=x"), 2, "no format 'htm'; known: text, json,"),
    (("tmapi", "--report", "html=no/such/x.html"), 2, "cannot write no/such/x.html: no such folder"),
    (("tmapi", "--report", "html=."), 2, "cannot write .: "),
    (("tmapi", "--baseline", "none.json"), 2, "none.json: No such file or directory"),
    (("tmapi", "--url", "localhost:8765"), 2, "--url: a base URL is such as http://127.0.0.1:8765"),
    (("tmapi", "--url", "http://me:geheim@127.0.0.1"), 2, "--url: a base URL is such as"),
    (("tmapi", "--url", "http://api.tmapi.top"), 2, "the live service of tmapi: requests cost money"),
    (("tmapi", "--url", "http://api.tmapi.top", "--live"), 2, "a live service does not know the demo account of tmapi"),
    (
        ("tmapi", "--url", "http://api.tmapi.top", "--live", "--credentials", "tmapi.apiToken=geheim"),
        2,
        "--live needs --max-requests N",
    ),
    (("tmapi", "--max-time", "nan"), 2, "Invalid value for '--max-time': 'nan' is not a valid number"),
    (("tmapi", "--rate", "nan"), 2, "Invalid value for '--rate': 'nan' is not a valid number"),
    (("tmapi", "--url", "https://127.0.0.1:1", "--tls-ca", "none.pem"), 2, "--tls-ca: no certificates in none.pem"),
]


@pytest.mark.parametrize(("args", "code", "said"), ENDS, ids=[" ".join(args) for args, _, _ in ENDS])
def test_how_it_ends(args, code, said, lookalike, here):
    result = lookalike("check", *args)
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert "geheim" not in result.output
    assert code == 3 or result.stderr.count("\n") == 1
    assert list(here.iterdir()) == []


def test_a_budget_is_kept(lookalike, spoiled):
    result = lookalike(
        "check", "tmapi", "--only", "paging", "--url", spoiled, "--max-requests", "4", "--format", "json"
    )
    payload = json.loads(result.stdout)
    assert sum(covered["request_count"] for covered in payload["coverage"]) == 4
    assert "the budget of 4 requests is used up" in {outcome["reason"] for outcome in payload["results"]}


@pytest.mark.slow
def test_what_could_not_be_taken_away_is_told(lookalike):
    with serve("aliyun") as stage:
        words = ("check", "aliyun", "--operation", "AddImage", "--only", "answer", "--url", stage.url)
        assert lookalike(*words).stderr == ""
        few = lookalike(*words, "--max-requests", "9")
    assert few.exit_code == 3
    assert few.stderr.startswith("Left behind: aliyun: DeleteImage did not take away ")


def test_what_the_time_does_not_suffice_for_is_not_checked(lookalike):
    result = lookalike("check", "tmapi", "--only", "answer", "--max-time", "0.000001")
    assert result.exit_code == 3
    assert "the 1e-06 s that --max-time gives are used up" in result.stdout


def test_variants_go_to_the_judge_and_to_the_mock(lookalike, spoiled):
    switched = ("--variant", "tmapi.auth=apikey")
    assert lookalike("check", *QUICK, *switched).exit_code == 0
    assert "daji" not in lookalike("check", *QUICK, *switched).stdout
    result = lookalike("check", *QUICK, *switched, "--url", spoiled)
    assert result.exit_code == 1
    assert f"--url {spoiled} --variant tmapi.auth=apikey" in result.stdout


def test_known_findings_are_accepted_and_said(lookalike, spoiled, here):
    judged = ("check", *QUICK, "--url", spoiled)
    assert lookalike(*judged, "--write-baseline", "known.json").exit_code == 1
    accepted = lookalike(*judged, "--baseline", "known.json")
    assert accepted.exit_code == 0
    assert "accepted by the baseline\n  tmapi/searchItemsByImageUrl  paging/doubled" in accepted.stdout
    assert accepted.stdout.splitlines()[-1].startswith("0 errors, 1 accepted, ")
    gone = lookalike("check", *QUICK, "--baseline", "known.json")
    assert (gone.exit_code, "accepted, but not found: " in gone.stdout) == (0, True)


def test_a_baseline_that_has_expired_counts_again(lookalike, spoiled, here):
    judged = ("check", *QUICK, "--url", spoiled)
    lookalike(*judged, "--write-baseline", "known.json")
    (known,) = json.loads((here / "known.json").read_bytes())["accepted"]
    (here / "known.json").write_text(json.dumps([known | {"expires": "2020-01-31"}]))
    result = lookalike(*judged, "--baseline", "known.json")
    assert result.exit_code == 1
    assert f"no longer accepted since 2020-01-31: {known['fingerprint']}" in result.stdout


def test_a_baseline_names_checks_that_there_are(lookalike, spoiled, here):
    judged = ("check", *QUICK, "--url", spoiled)
    lookalike(*judged, "--write-baseline", "known.json")
    text = (here / "known.json").read_text().replace("paging/doubled", "paging/double")
    (here / "known.json").write_text(text)
    result = lookalike(*judged, "--baseline", "known.json")
    assert (
        result.stderr
        == "Error: --baseline known.json: no check is called 'paging/double'; did you mean 'paging/doubled'?\n"
    )


def test_coverage_is_a_table(lookalike):
    lines = lookalike("check", *QUICK, "--coverage").stdout.splitlines()
    assert lines[-3].split()[:2] == ["coverage", "operations"]
    assert lines[-2].split()[:2] == ["tmapi", "2/2"]
    assert lines[-1].startswith("tmapi: not brought about: ")
    assert "439, insufficient-balance (an account without balance)" in lines[-1]


def test_credentials_come_from_the_environment(lookalike, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_TMAPI_APITOKEN", "nobody-knows-me")
    result = lookalike("check", "tmapi", "--only", "request")
    assert result.exit_code == 1
    assert "nobody-knows-me" not in result.output


@pytest.mark.slow
def test_without_the_extra_it_says_what_to_install(run_python):
    hidden = "import sys; sys.modules['hypothesis'] = None\nfrom lookalike.__main__ import cli\n"
    for command in ("check", "explain"):
        told = "from click.testing import CliRunner; print(CliRunner().invoke(cli, [{!r}]).stderr, end='')"
        assert run_python(hidden + told.format(command)) == (
            'Error: the judge needs an extra: pip install "lookalike[contracts]"\n'
        )


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "lookalike", "check", *args]


def on_a_terminal(*args: str, **environment: str) -> str:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command(*args), stdout=theirs, stderr=theirs, env=os.environ | environment)
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 65536):
            text += part
    except OSError:  # Linux tells the end of a terminal so
        pass
    os.close(ours)
    process.wait(SECONDS)
    return text.decode()


@pytest.mark.slow
def test_a_terminal_sees_a_bar_and_colours(spoiled):
    text = on_a_terminal(*QUICK, "--url", spoiled, NO_COLOR="", TERM="xterm")
    assert "100%  tmapi/convertImageUrl" in text
    assert "\x1b[31m\x1b[1mFAILED" in text
    plain = on_a_terminal(*QUICK, "--url", spoiled, NO_COLOR="1", TERM="xterm")
    assert "100%  tmapi/convertImageUrl" in plain
    assert "\x1b[3" not in plain
    assert "\nFAILED" in plain


@pytest.mark.slow
def test_a_pipe_sees_neither(spoiled):
    process = subprocess.run(
        command(*QUICK, "--url", spoiled), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert process.returncode == 1
    assert process.stderr == ""
    assert "\x1b" not in process.stdout


class Waiting(Mock):
    """Says when it was asked, and answers when it is told to."""

    asked = 0

    def respond(self, request: Request) -> Response:
        self.asked += 1
        if self.asked > 4:
            time.sleep(0.05)
        return super().respond(request)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "junit"])
def test_an_interrupt_ends_it_and_reports_are_written(form, here):
    with serve(mock := Waiting("tmapi")) as stage:
        process = subprocess.Popen(
            command("tmapi", "--max-cases", "1000", "--url", stage.url, f"--report={form}=r"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

        def interrupt() -> None:
            while mock.asked < 20 and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)

        Thread(target=interrupt, daemon=True).start()
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (130, "")
    assert out.splitlines()[-1].startswith("interrupted, 0 errors, ")
    text = (here / "r").read_text("utf-8")
    assert ('"interrupted": true' if form == "json" else 'name="interrupted" value="true"') in text


def test_the_mock_that_was_judged_can_be_started_again(lookalike, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_TMAPI_APITOKEN", "nobody-knows-me")
    text = lookalike("check", "tmapi", "--only", "request", "--size", "500", "--variant", "auth=either").stdout
    port = text.splitlines()[0].rpartition(":")[2]
    serving = f"lookalike serve tmapi --port={port} --seed=0 --size=500 --variant=auth=either"
    assert f"start the mock again: {serving}\n" in text


@pytest.mark.slow
@pytest.mark.parametrize("cache", ["cache", "file/cache"], ids=["kept", "not to be kept"])
def test_nothing_is_left_in_the_current_folder(tmp_path, cache):
    (here := tmp_path / "here").mkdir()
    (tmp_path / "file").write_text("in the way of a folder")
    words = [sys.executable, "-m", "lookalike", "check", "hiobuy", "--only", "limits"]
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith(("COVERAGE", "HYPOTHESIS"))}
    surroundings["XDG_CACHE_HOME"] = str(tmp_path / cache)
    ended = subprocess.run(
        words, cwd=here, env=surroundings, check=False, capture_output=True, text=True, timeout=120
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert list(here.iterdir()) == []


NEVER_CONTENT = """
from lookalike_contracts.finding import Failure
from lookalike_contracts.registry import passive_check

@passive_check("house/never", summary="S.", rationale="R.", remediation="M.", source="ours")
def never(context, exchange):
    yield Failure("there was an answer", "", exchanges=(exchange,))
"""


@pytest.mark.slow
def test_what_repeats_a_finding_of_another_modules_check_imports_the_module(tmp_path: Path) -> None:
    (tmp_path / "never_content.py").write_text(NEVER_CONTENT)
    command = [
        sys.executable,
        "-m",
        "lookalike",
        "check",
        "tmapi",
        "--import",
        "never_content",
        "--only",
        "house/never",
    ]
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    process = subprocess.run(
        [*command, "--max-cases", "1", "--max-requests", "3", "--format", "json"],
        capture_output=True, text=True, timeout=100, check=False, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert process.returncode == 1, process.stderr
    commands = {finding["rerun_command"] for finding in json.loads(process.stdout)["findings"]}
    assert commands
    assert all(" --import never_content tmapi --only house/never " in command for command in commands)


# how sure a finding is


def test_trust_moves_the_line_between_errors_and_warnings(lookalike, spoiled):
    assert lookalike("check", *QUICK, "--url", spoiled).exit_code == 1
    less = lookalike("check", *QUICK, "--url", spoiled, "--trust", "measured")
    assert less.exit_code == 0
    assert "WARNING  tmapi/searchItemsByImageUrl  paging/doubled" in less.stdout
    (finding,) = json.loads(lookalike("check", *QUICK, "--url", spoiled, "--trust", "measured", "--json").stdout)[
        "findings"
    ]
    assert (finding["severity"], finding["provenance"]["kind"]) == ("warning", "documented")
    assert "--trust measured" in finding["rerun_command"]


def test_a_kind_that_there_is_not_is_refused_with_a_hint(lookalike):
    result = lookalike("check", *QUICK, "--trust", "documented,meassured")
    assert result.exit_code == 2
    assert (
        "--trust: no kind 'meassured'; known: documented, measured, inferred, invented; did you mean 'measured'?"
        in (result.stderr)
    )


def test_an_operation_that_the_server_has_not_is_left_out(lookalike):
    result = lookalike("check", "tmapi", "--only", "request", "--skip-operation", "convertImageUrl", "--json")
    assert {done["operation"] for done in json.loads(result.stdout)["results"]} == {"searchItemsByImageUrl"}
    wrong = lookalike("check", "tmapi", "--only", "request", "--skip-operation", "convertImage")
    assert wrong.stderr.startswith("Error: --skip-operation: no operation is called 'convertImage'; did you mean")
    both = ("--operation", "convertImageUrl", "--skip-operation", "convertImageUrl")
    assert "nothing to check" in lookalike("check", "tmapi", *both).stderr


def test_sarif_shows_the_findings_at_a_file_of_the_users(lookalike, spoiled):
    result = lookalike("check", *QUICK, "--url", spoiled, "--format", "sarif", "--sarif-at", "src/search.py")
    (finding,) = json.loads(result.stdout)["runs"][0]["results"]
    (place,) = finding["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "src/search.py"}, "region": {"startLine": 1}}
    (related,) = finding["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"].endswith("apis/tmapi/openapi.yaml")
    assert related["physicalLocation"]["region"]["snippet"]["text"]

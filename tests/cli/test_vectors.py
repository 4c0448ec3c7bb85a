"""`lookalike vectors`: what it shows, how it judges drivers, and what drivers can do to it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import Result

from lookalike.__main__ import cli
from lookalike_specs import vectors
from lookalike_specs.signing import StageName

HOME = Path(__file__).parents[2]
EXAMPLES = HOME / "examples/drivers"
PYTHON = f"{sys.executable} {EXAMPLES / 'python_driver.py'}"
NODE = f"node {EXAMPLES / 'node_driver.mjs'}"
TOTAL = {name: vectors.load_suite(name).number_of_tests for name in vectors.list_schemes()}
VALID = {name: sum(v.result == "valid" for _, v in vectors.load_suite(name).cases) for name in vectors.list_schemes()}
Drive = Callable[..., Result]

# A driver whose own code stands before this; `task` is what came, `answer` the example's.
FRAME = """
import json, os, sys, time
sys.path.insert(0, {folder!r})
import python_driver as good
{before}
for line in sys.stdin:
    task = json.loads(line)
    answer = good.answer(task)
    {each}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def drive(lookalike: Callable[..., Result], tmp_path: Path) -> Drive:
    """Run `verify` with the Python example, changed."""

    def run(*args: str, before: str = "", each: str = "pass", code: str = "") -> Result:
        path = tmp_path / "driver.py"
        path.write_text(code or FRAME.format(folder=str(EXAMPLES), before=before, each=each), "utf-8")
        return lookalike("vectors", "verify", *args, "--driver", f"{sys.executable} -B '{path}'")

    return run


# ---------------------------------------------------------------- list and show


def test_the_list_of_schemes(lookalike) -> None:
    rows = json.loads(lookalike("vectors", "list", "--json").stdout)
    assert {row["scheme"]: row["vectors"] for row in rows} == TOTAL
    assert all(row["valid"] + row["invalid"] == row["vectors"] for row in rows)
    lines = lookalike("vectors", "list").stdout.splitlines()
    assert lines[0].split() == ["scheme", "vectors", "valid", "invalid", "confirmed", "by"]
    assert [line.split()[0] for line in lines[1:]] == list(TOTAL)


@pytest.mark.parametrize("scheme", vectors.list_schemes())
def test_the_list_of_a_scheme(lookalike, scheme: str) -> None:
    rows = json.loads(lookalike("vectors", "list", scheme, "--json").stdout)
    assert [row["tcId"] for row in rows] == [*range(1, TOTAL[scheme] + 1)]
    assert len(lookalike("vectors", "list", scheme).stdout.splitlines()) == TOTAL[scheme] + 1


@pytest.mark.parametrize("scheme", vectors.list_schemes())
def test_a_whole_file(lookalike, scheme: str) -> None:
    assert json.loads(lookalike("vectors", "show", scheme, "--json").stdout) == json.loads(
        vectors.read_suite_file(scheme)
    )
    text = lookalike("vectors", "show", scheme).stdout
    assert all(f"\n  {flag} " in text for flag in vectors.load_suite(scheme).notes)


@pytest.mark.parametrize("scheme", vectors.list_schemes())
def test_each_vector(lookalike, scheme: str) -> None:
    for _, vector in vectors.load_suite(scheme).cases:
        printed = lookalike("vectors", "show", scheme, str(vector.tc_id))
        assert printed.exit_code == 0
        assert printed.stdout.startswith(f"{scheme}/{vector.tc_id}  {vector.result}  {vector.comment}\n")
        assert all(f"\n{stage}\n" in printed.stdout for stage in vector.stages)
        assert ("\nbefore  " in printed.stdout) == bool(vector.before)
        if vector.error:
            assert f"{vector.error.id}  HTTP {vector.error.status}  " in printed.stdout
    payload = json.loads(lookalike("vectors", "show", scheme, "1", "--json").stdout)
    assert (payload["scheme"], payload["test"]["tcId"]) == (scheme, 1)
    assert payload["group"].keys() >= {"clock", "credentials"}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("list", "acs4"), "no vectors of 'acs4'; known: acs-roa, acs-rpc, acs3, daji-md5, oss-policy; did you mean 'acs3'?"),
        (("show", "key"), "no vectors of 'key'"),
        (("show", "acs3", "1000"), f"acs3 has no vector 1000; the last is {TOTAL['acs3']}"),
        (("verify", "acs4", "--driver", "x"), "no vectors of 'acs4'"),
        (("verify", "--driver", ""), "--driver is empty"),
        (("verify", "--driver", "'x"), "--driver cannot be read: No closing quotation"),
        (("verify",), "Missing option '--driver'"),
        (("verify", "--driver", "x", "--timeout", "0"), "Invalid value for '--timeout'"),
        (("verify", "--driver", "x", "--timeout", "nan"), "Invalid value for '--timeout': 'nan' is not a valid number"),
        (("lst",), "no command 'lst'; did you mean 'list'?"),
    ],
)  # fmt: skip
def test_what_the_caller_can_put_right(lookalike, args: tuple[str, ...], told: str) -> None:
    done = lookalike("vectors", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["list", "show", "verify"])
def test_schemes_are_completed(command: str) -> None:
    completions = ShellComplete(cli, {}, "lookalike", "_LOOKALIKE_COMPLETE").get_completions(
        ["vectors", command], "acs-"
    )
    assert [item.value for item in completions] == ["acs-roa", "acs-rpc"]


def test_importing_the_command_line_reads_no_vectors(run_python) -> None:
    ours = "lookalike_specs lookalike_mocks msgspec subprocess"
    told = run_python(f"import sys, lookalike.__main__; print([m for m in {ours.split()[:2]!r} if m in sys.modules])")
    assert told.strip() == "[]"


# ---------------------------------------------------------------- drivers that are right


def read_counts(done: Result) -> dict[str, list[int]]:
    """scheme -> signed, of which differ, verdicts, of which differ, not tested."""
    return {row["scheme"]: [*row.values()][1:] for row in json.loads(done.stdout)["schemes"]}


ALL = {name: [VALID[name], 0, TOTAL[name], 0, 0] for name in TOTAL}


@pytest.mark.parametrize(
    "driver",
    [
        pytest.param(PYTHON, id="python"),
        pytest.param(NODE, id="node", marks=pytest.mark.node),
    ],
)
def test_the_example_passes_every_vector(lookalike, driver: str) -> None:
    if driver is NODE and not shutil.which("node"):
        pytest.skip("needs Node.js")
    done = lookalike("vectors", "verify", "--driver", driver, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    payload = json.loads(done.stdout)
    assert (payload["version"], payload["driver"], payload["differences"], payload["notTested"]) == (1, driver, [], [])
    assert read_counts(done) == ALL


@pytest.mark.parametrize("name", ["python_driver.py", "node_driver.mjs"])
def test_the_examples_use_no_code_of_ours(name: str) -> None:
    code = (EXAMPLES / name).read_text("utf-8")
    assert "import lookalike" not in code
    assert "from lookalike" not in code


def test_the_text_of_all_well(lookalike) -> None:
    done = lookalike("vectors", "verify", "daji-md5", "daji-md5", "--driver", PYTHON)
    assert done.stdout.splitlines() == [
        "scheme    signed  differ  verdicts  differ  not tested",
        f"daji-md5  {VALID['daji-md5']}      0       {TOTAL['daji-md5']}        0       0",
    ]


SIGNED = """
    if task["task"] == "sign":
        sent, sign = task["request"], good.quote(answer["stages"]["signature"], safe={safe!r})
        answer["request"] = {{**sent, "query": "&".join(filter(None, (sent.get("query"), "{name}=" + sign)))}}
"""


@pytest.mark.parametrize(
    ("scheme", "safe", "differ"), [("daji-md5", "", False), ("acs-rpc", "", False), ("acs-rpc", "+/=", True)]
)
def test_a_signed_request_must_carry_its_signature(drive: Drive, scheme: str, safe: str, differ: bool) -> None:
    """A `+` of Base64 that is not escaped is a space by the time it arrives."""
    name = "sign" if scheme == "daji-md5" else "Signature"
    done = drive(scheme, "--json", each=SIGNED.format(safe=safe, name=name).strip())
    messages = {difference["message"] for difference in json.loads(done.stdout)["differences"]}
    assert done.exit_code == int(differ)
    assert bool(messages) == differ
    assert all(text.startswith("request carries the signature '") for text in messages)


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ("{**task['request'], 'query': task['request'].get('query', '') + '&more=1&sign=' + answer['stages']['signature']}", "request is not what was signed"),
        ("task['request']", "request carries the signature None"),
        ("{**task['request'], 'query': 'sign=' + 'A' * 99999}", "request carries the signature 'AAA"),
        ("{**task['request'], 'bodyBase64': '!'}", "request cannot be read"),
        ("{**task['request'], 'headers': [['x', '红']]}", "request cannot be read"),
    ],
)  # fmt: skip
def test_a_signed_request_that_is_wrong(drive: Drive, request_: str, told: str) -> None:
    each = f"if task['task'] == 'sign': answer['request'] = {request_}"
    done = drive("daji-md5", each=each)
    assert done.exit_code == 1
    assert f"\n  {told}" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 300


# ---------------------------------------------------------------- drivers that are wrong

# name -> scheme, the change, the stage that first differs, flags of the tests that catch it
MISTAKES: dict[str, tuple[str, str, StageName, str]] = {
    "plus-for-space": ("acs-rpc", "good.encode = lambda text: good.quote(text, safe='-_.~').replace('%20', '+')", "canonical", "PlusIsSpace"),
    "star-as-it-is": ("acs3", "good.encode = lambda text: good.quote(text, safe='-_.~*')", "canonical", "Unreserved"),
    "tilde-encoded": ("acs-rpc", "good.encode = lambda text: good.quote(text, safe='-_.').replace('~', '%7E')", "canonical", "Unreserved"),
    "empty-values-dropped": ("acs-roa", "good.pairs = lambda text: good.parse_qsl(text)", "canonical", "EmptyValue"),
    "sorted-without-case": ("daji-md5", "good.sorted = lambda found, key: sorted(found, key=lambda pair: pair[0].lower())", "canonical", "SortOrder"),
    "sorted-by-code-point": ("daji-md5", "good.sorted = lambda found, key: sorted(found, key=lambda pair: pair[0])", "canonical", "Utf16Order"),
    "pairs-sorted": ("acs3", "good.by_name = lambda found: sorted(found, key='='.join)", "canonical", "SortOrder"),
    "headers-not-trimmed": ("acs-roa", "good.headers = lambda r: [(n.lower(), v) for n, v in [['host', r['host']], *r['headers']]]", "canonical", "HeaderValue"),
    "header-case-kept": ("acs-roa", "good.headers = lambda r: [(n, v.strip()) for n, v in [['host', r['host']], *r['headers']]]", "canonical", "HeaderValue"),
    "path-forgotten": ("acs-roa", "good.unquote = lambda path: '/'", "canonical", "Plain"),
    "secret-without-ampersand": ("acs-rpc", "mac = good.hmac_base64; good.hmac_base64 = lambda key, text: mac(key.rstrip('&'), text)", "signature", "Plain"),
    "lower-case-sign": ("daji-md5", "good.STAGES['daji-md5'] = lambda *a: [*good.daji(*a)[:2], good.daji(*a)[2].lower()]", "signature", "Plain"),
    "policy-decoded": ("oss-policy", "good.STAGES['oss-policy'] = lambda r, s, _: (p := good.base64.b64decode(good.field(r, 'policy') + '===').decode('latin-1'), p, good.hmac_base64(s, p))", "canonical", "Policy"),
}  # fmt: skip


@pytest.mark.exhaustive(5)
@pytest.mark.parametrize("name", MISTAKES)
def test_the_stage_that_first_differs_is_named(drive: Drive, name: str) -> None:
    scheme, before, stage, flag = MISTAKES[name]
    done = drive(scheme, "--json", before=before)
    assert done.exit_code == 1, done.output
    differences = [difference for difference in json.loads(done.stdout)["differences"] if difference["task"] == "sign"]
    assert {difference["difference"]["stage"] for difference in differences} == {stage}
    assert [difference for difference in differences if flag in difference["flags"]]
    for each in differences:
        expected = vectors.load_suite(scheme)
        whole = next(v.stages[stage] for _, v in expected.cases if v.tc_id == each["tcId"])
        part = each["difference"]
        assert whole.encode()[: part["byte"]].decode().endswith(part["before"])
        assert whole.encode()[part["byte"] :].decode().startswith(part["expected"])
        assert not part["driver"].startswith(part["expected"][:1] or "\0")


def test_both_texts_are_shown_around_the_byte(drive: Drive) -> None:
    done = drive("acs-rpc", before=MISTAKES["plus-for-space"][1])
    comment = "A `+` in the form is a space, signed as `%20`"
    vector = next(vector for _, vector in vectors.load_suite("acs-rpc").cases if vector.comment == comment)
    at = vector.stages["canonical"].index("%20b")
    head = f"acs-rpc/{vector.tc_id}  sign  {comment}  PlusIsSpace"
    told, expected, theirs, mark = done.stdout.partition(head)[2].split("\n\n")[0].splitlines()[1:]
    assert told == f"  canonical differs at byte {at}"
    common = vector.stages["canonical"][at - 24 : at]
    assert expected.startswith(f"  expected  {common}%20b&")
    assert theirs.startswith(f"  driver    {common}+b&")
    assert mark == " " * expected.index("%20b") + "^"


def test_many_differences_are_told_short(drive: Drive) -> None:
    done = drive("acs3", each="answer |= {'result': 'valid'} if task['task'] == 'verify' else {}")
    wrong = sum(v.result == "invalid" for _, v in vectors.load_suite("acs3").cases)
    assert done.exit_code == 1
    assert f"\n\nand {wrong - 20} more; --json has them all\n" in done.stdout
    assert "  verdict 'valid', expected 'invalid' (missing-signature)" in done.stdout


VERDICTS = {
    "everything-is-valid": ("answer['result'] = 'valid'; answer.pop('refusal', 0)", "verdict 'valid', expected 'invalid' (mismatch)"),
    "everything-is-invalid": ("answer['result'] = 'invalid'", "verdict 'invalid', expected 'valid'"),
    "another-refusal": ("answer.update({'refusal': 'expired'} if 'refusal' in answer else {})", "refused as 'expired', expected 'mismatch'"),
    "a-refusal-of-what-is-valid": ("answer['refusal'] = 'mismatch'", "refused as 'mismatch', expected 'no refusal'"),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_other_verdicts(drive: Drive, name: str) -> None:
    each, told = VERDICTS[name]
    done = drive("daji-md5", "--json", each=f"if task['task'] == 'verify': {each}")
    assert done.exit_code == 1
    assert told in {difference["message"] for difference in json.loads(done.stdout)["differences"]}


@pytest.mark.parametrize("scheme", ["acs-rpc", "acs-roa", "acs3"])
def test_a_server_that_forgets_nonces_is_found(drive: Drive, scheme: str) -> None:
    done = drive(scheme, "--json", before="class Forgetful(set):\n    def add(self, _): pass\ngood.set = Forgetful")
    differences = json.loads(done.stdout)["differences"]
    assert {tuple(difference["flags"]) for difference in differences} == {("Nonce",)}
    assert {difference["message"] for difference in differences} == {"verdict 'valid', expected 'invalid' (replayed)"}


@pytest.mark.parametrize("off", [-1, 1])
def test_a_server_that_errs_by_a_second_is_found(drive: Drive, off: int) -> None:
    before = f"exact = good.timedelta; good.timedelta = lambda seconds: exact(seconds=seconds + {off})"
    done = drive("acs-rpc", "acs-roa", "acs3", "--json", before=before)
    differences = json.loads(done.stdout)["differences"]
    assert {difference["scheme"] for difference in differences} == {"acs-rpc", "acs-roa", "acs3"}
    assert {tuple(difference["flags"]) for difference in differences} == {("Expired",)}


def test_what_is_not_supported_is_not_tested_and_said(drive: Drive) -> None:
    each = "answer = {'id': task['id'], 'unsupported': 'a client\\nverifies nothing'} if task['task'] == 'verify' else answer"
    done = drive("daji-md5", each=each)
    assert done.exit_code == 0
    assert f"\n\nNot tested: daji-md5 verify, {TOTAL['daji-md5']}: a client verifies nothing\n" in done.stdout
    found = drive("daji-md5", "--json", each=each)
    assert read_counts(found) == {"daji-md5": [VALID["daji-md5"], 0, 0, 0, TOTAL["daji-md5"]]}
    assert len(json.loads(found.stdout)["notTested"]) == TOTAL["daji-md5"]


def test_nothing_tested_is_not_well(drive: Drive) -> None:
    done = drive("daji-md5", "oss-policy", each="answer = {'id': task['id'], 'unsupported': 'not yet'}")
    assert done.exit_code == 2
    assert done.stderr == "Error: nothing was tested: the driver supports none of it\n"


def test_a_task_holds_no_verdict(drive: Drive) -> None:
    each = """
    before = task.get('before', [])
    assert not {'result', 'error', 'stages'} & (set(task) | {key for each in before for key in each}), task
    """
    assert drive(each=each.strip()).exit_code == 0


# ---------------------------------------------------------------- drivers that fail

FAILURES = {
    "ends-at-once": ("raise SystemExit(3)", "ended with exit status 3 at daji-md5/1/sign"),
    "is-ended": ("import signal; os.kill(os.getpid(), signal.SIGKILL)", "was ended by signal 9 at daji-md5/1/sign"),
    "ends-in-the-middle": ("input(); print('{\"id\":\"daji-md5/1/sign\",\"unsupported\":\"\"}', flush=True)", "ended with exit status 0 at daji-md5/1/verify"),
    "closes-stdout": ("os.close(1); sys.stdin.read()", "closed its stdin or stdout at daji-md5/1/sign"),
    "does-not-answer": ("sys.stdin.read()", "did not answer within 0.5 s at daji-md5/1/sign; does it flush its stdout?"),
    "does-not-read": ("while True: time.sleep(60)", "did not answer within 0.5 s at daji-md5/1/sign"),
    "half-a-line": ("print('{', end='', flush=True); sys.stdin.read()", "did not answer within 0.5 s"),
    "prints-a-greeting": ("print('ready', flush=True); sys.stdin.read()", "sent what is no answer, 'ready' (JSON is malformed"),
    "an-empty-line": ("print(flush=True); sys.stdin.read()", "sent what is no answer, ''"),
    "a-list": ("print('[]', flush=True); sys.stdin.read()", "sent what is no answer, '[]' (Expected `object`, got `array`)"),
    "no-text": ("os.write(1, b'\\xff\\xfe\\n'); sys.stdin.read()", "sent what is no answer, "),
    "another-id": ("print('{\"id\":\"x\",\"unsupported\":\"\"}', flush=True); sys.stdin.read()", "answered with the id 'x' at daji-md5/1/sign"),
    "an-unknown-key": ("print('{\"id\":\"daji-md5/1/sign\",\"signature\":\"x\"}', flush=True); sys.stdin.read()", "unknown field `signature`"),
    "an-unknown-stage": ("print('{\"id\":\"daji-md5/1/sign\",\"stages\":{\"Signature\":\"x\"}}', flush=True); sys.stdin.read()", "Invalid enum value 'Signature'"),
    "no-signature": ("print('{\"id\":\"daji-md5/1/sign\",\"stages\":{\"canonical\":\"x\"}}', flush=True); sys.stdin.read()", "gave no stages.signature at daji-md5/1/sign"),
    "no-result": ("input(); print('{\"id\":\"daji-md5/1/sign\",\"unsupported\":\"\"}', flush=True); input(); print('{\"id\":\"daji-md5/1/verify\"}', flush=True); sys.stdin.read()", "gave no result at daji-md5/1/verify"),
    "a-line-without-end": ("while True: os.write(1, b'x' * 4096)", "sent a line of more than 1048576 bytes"),
    "deep": ("print('[' * 100000, flush=True); sys.stdin.read()", "sent what is no answer, '[[["),
    "an-unknown-key-without-end": ("print('{\"id\":\"daji-md5/1/sign\",\"' + 'x' * 500000 + '\":1}', flush=True); sys.stdin.read()", "unknown field `" + "x" * 150),
    "a-child-that-stays": ("import subprocess; subprocess.Popen(['sleep', '60']); sys.stdin.read()", "did not answer within 0.5 s"),
}  # fmt: skip


@pytest.mark.exhaustive(6)
@pytest.mark.parametrize("name", FAILURES)
def test_a_driver_that_fails_is_told_in_a_line(drive: Drive, name: str) -> None:
    code, told = FAILURES[name]
    seconds = "0.5" if "0.5 s" in told else "20"
    done = drive("daji-md5", "--timeout", seconds, code=f"import os, sys, time\n{code}")
    assert (done.exit_code, done.stdout) == (3, ""), done.output
    assert done.stderr.startswith("Error: the driver ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert len(done.stderr) < 500


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ValueError('no such secret')", ["Traceback (most recent call last):", "ValueError: no such secret"]),
        ("os.write(2, b'\\x1b[31mred\\n\\n'); raise SystemExit(1)", ["?[31mred"]),
        ("os.write(2, b'x' * 99999 + b'\\nthe end\\n'); raise SystemExit(9)", ["x" * 200, "the end"]),
        ("[print(n, file=sys.stderr) for n in range(99)]; raise SystemExit(9)", [str(n) for n in range(79, 99)]),
    ],
    ids=["raises", "escapes", "without-end", "many-lines"],
)
def test_the_last_words_of_a_driver_are_told(drive: Drive, code: str, said: list[str]) -> None:
    done = drive("daji-md5", code=f"import os, sys\n{code}")
    assert (done.exit_code, done.stdout) == (3, "")
    head, *lines = done.stderr.splitlines()
    assert head.startswith("Error: the driver ended with exit status ")
    assert head.endswith(" at daji-md5/1/sign; its last words:")
    assert [lines[0], lines[-1]] == [f"  {said[0]}", f"  {said[-1]}"]
    assert len(lines) <= 20


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/nowhere/driver --fast", "the driver cannot be run: '/nowhere/driver': No such file or directory"),
        (str(HOME), "Permission denied"),
        (str(HOME / "README.md"), "Permission denied"),
    ],
)
def test_a_driver_that_cannot_be_run(lookalike, command: str, told: str) -> None:
    done = lookalike("vectors", "verify", "--driver", command)
    assert (done.exit_code, done.stdout) == (3, "")
    assert told in done.stderr


def test_a_child_is_ended_with_the_driver(drive: Drive) -> None:
    """The driver ends well, and leaves a child that holds a connection: it closes when the child is ended."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        hold = f"held = socket.create_connection({server.getsockname()!r}).detach()"
        before = f"import socket, subprocess; {hold}; subprocess.Popen(['sleep', '60'], pass_fds=[held])"
        assert drive("daji-md5", before=before).exit_code == 0
        server.settimeout(20)
        held, _ = server.accept()
        with held:
            held.settimeout(20)
            assert held.recv(1) == b""


@pytest.mark.parametrize("then", ["sys.stdin.read()", "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"])
def test_nothing_runs_on_behind(drive: Drive, tmp_path: Path, then: str) -> None:
    file = tmp_path / "pid"
    wrong = f"open({str(file)!r}, 'w').write(str(os.getpid())); print('no answer', flush=True)"
    assert drive("daji-md5", code=f"import os, signal, sys, time\n{wrong}\n{then}").exit_code == 3
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)


def test_a_driver_that_does_not_end_is_ended(drive: Drive, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    before = f"open({str(file)!r}, 'w').write(str(os.getpid()))\nimport atexit; atexit.register(time.sleep, 60)"
    assert drive("daji-md5", before=before).exit_code == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)

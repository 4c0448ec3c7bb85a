"""The request log: a line for each exchange, with why and without secrets, and no answer waits for its reader."""

import asyncio
import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.log_format import create_json_format, create_text_format
from lookalike_mocks.request_log import MAX_QUEUED_BYTES, MAX_WAITING, LineFormat, LineWriter, RequestLog
from lookalike_specs.messages import RawHeaders, Request

SEARCH = "/1688/global/search/image"
GOOD = "apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"
TIME = r"\d\d:\d\d:\d\d"
MS = r" +\d+\.\d ms"


class Pipe:
    """A pipe's two ends."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()


@pytest.fixture
def mock() -> Mock:
    return Mock("tmapi", "hiobuy")


def log_exchanges(
    mock: Mock, line_format: LineFormat, *exchanges: tuple[str, str], headers: RawHeaders = ()
) -> list[str]:
    """Return the lines of GET requests with these paths and queries."""
    app = MockApp(mock)

    async def ask(log: RequestLog) -> None:
        for path, query in exchanges:
            app.respond_directly(Request(method="GET", path=path, query=query.encode(), headers=headers))
        log.close()

    with tempfile.TemporaryFile() as file:
        app.request_log = RequestLog(line_format, LineWriter(file.fileno()))
        asyncio.run(ask(app.request_log))
        file.seek(0)
        return file.read().decode().splitlines()


def test_an_ordinary_answer_is_a_line_of_columns(mock: Mock) -> None:
    (line,) = log_exchanges(mock, create_text_format(mock, is_colored=False), (SEARCH, GOOD))
    assert re.fullmatch(rf"{TIME}  tmapi   searchItemsByImageUrl  200  {MS}", line), line


def test_a_refusal_says_why(mock: Mock) -> None:
    (line,) = log_exchanges(mock, create_text_format(mock, is_colored=False), (SEARCH, f"{GOOD}&page_size=21"))
    assert re.fullmatch(
        rf"{TIME}  tmapi   searchItemsByImageUrl  422  {MS}  422: page_size is 21; the most is 20 \(documented\)", line
    ), line


def test_what_reached_no_operation_has_its_path_instead(mock: Mock) -> None:
    lines = log_exchanges(mock, create_text_format(mock, is_colored=False), ("/v1/products", ""), ("/tmapi/v1", ""))
    assert re.fullmatch(
        rf"{TIME}  -       GET /v1/products .*  404  {MS}  no operation matched; the nearest is .*", lines[0]
    )
    assert re.fullmatch(rf"{TIME}  tmapi   GET /v1 .*  404  {MS}  no-route: no operation matched; .*", lines[1])


FAULTS = [
    ("latency", "HTTP 200, 1 s late"),
    ("reset-inside", "HTTP 200, then a reset in the middle of the body"),
    ("reset-before", "a reset before any answer"),
    ("truncated-body", "HTTP 200, then the end of the connection in the middle of the body"),
]


@pytest.mark.parametrize(("fault", "outcome"), FAULTS)
def test_a_fault_says_what_the_client_met(mock: Mock, fault: str, outcome: str) -> None:
    query = GOOD.replace("lookalike-demo-token", f"situation-{fault}")
    (line,) = log_exchanges(mock, create_text_format(mock, is_colored=False), (SEARCH, query))
    assert line.endswith(f"  {fault}: asked for by the key; {outcome}")
    (line,) = log_exchanges(mock, create_json_format(mock), (SEARCH, query))
    assert (json.loads(line)["fault"], json.loads(line)["outcome"]) == (fault, outcome)


def test_colours_tell_ordinary_refused_and_requested_answers_apart(mock: Mock) -> None:
    requested = GOOD.replace("lookalike-demo-token", "situation-503")
    lines = log_exchanges(
        mock,
        create_text_format(mock, is_colored=True),
        (SEARCH, GOOD),
        (SEARCH, f"{GOOD}&page=0"),
        (SEARCH, requested),
    )
    codes = [re.findall(r"\x1b\[(\d+)m", line) for line in lines]
    assert codes == [["2", "0", "32", "0"], ["2", "0", "31", "0"], ["2", "0", "33", "0"]]


def test_as_json_each_line_is_an_object(mock: Mock) -> None:
    lines = log_exchanges(mock, create_json_format(mock), (SEARCH, GOOD), (SEARCH, f"{GOOD}&page=0"), ("/v1", ""))
    ordinary, refused, lost = map(json.loads, lines)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ordinary.pop("time"))
    assert ordinary.pop("ms") >= 0
    assert ordinary == {
        "api": "tmapi", "operation": "searchItemsByImageUrl", "method": "GET", "path": SEARCH, "status": 200,
        "situation": None,
    }  # fmt: skip
    assert (refused["situation"], refused["why"]["text"]) == ("422", "page is 0; the least is 1")
    assert refused["why"]["provenance"] == "inferred"
    assert (lost["api"], lost["operation"], lost["path"], lost["status"]) == (None, None, "/v1", 404)
    assert lost["why"]["origin"] == "mock"


SECRET_PATHS = ["/v1/{key}/x", "/tmapi/{key}", SEARCH]


@pytest.mark.parametrize("path", SECRET_PATHS)
def test_no_credential_stands_in_a_line(mock: Mock, path: str) -> None:
    sandbox = mock.create_sandbox()
    uuid = sandbox.credentials["hiobuy"]["X-Uuid"]
    for key in (sandbox.credentials["tmapi"]["apiToken"], "lookalike-demo-token", uuid):
        for line_format in (create_text_format(mock, is_colored=False), create_json_format(mock)):
            exchanges = [
                (path.format(key=key), f"apiToken={key}&sort={key}"),
                (path.format(key=key), f"apiToken={key}%20&img_url={key}"),
            ]
            text = "\n".join(log_exchanges(mock, line_format, *exchanges, headers=((b"authorization", key.encode()),)))
            assert text
            assert key not in text
            assert key.removeprefix("lk") not in text


def test_a_line_is_one_line_whatever_is_asked(mock: Mock) -> None:
    lines = log_exchanges(
        mock,
        create_text_format(mock, is_colored=False),
        ("/tmapi/a\nb\x1b[31m", "x=\n"),
        (SEARCH, f"{GOOD}&sort=a%0Ab%1B%5B31m"),
        ("/" + "a" * 5000, "b" * 5000),
    )
    assert len(lines) == 3
    assert "\x1b" not in "".join(lines)
    assert max(map(len, lines)) < 1000


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    opened = Pipe()
    yield opened
    for descriptor in (opened.reader, opened.writer):
        try:
            os.close(descriptor)
        except OSError:
            continue


def test_a_reader_that_does_not_read_holds_up_nobody_and_is_told_how_many_it_missed(pipe: Pipe) -> None:
    writer = LineWriter(pipe.writer)
    line = "x" * 99
    started_at = time.monotonic()
    for _ in range(3 * MAX_QUEUED_BYTES // 1000):
        writer.write([line] * 10, lambda count: f"{count} dropped")
    assert time.monotonic() - started_at < 5
    # the reader wakes up; what comes now finds room again
    received: list[bytes] = []
    reading = threading.Thread(target=lambda: received.extend(iter(lambda: os.read(pipe.reader, 65536), b"")))
    reading.start()
    deadline = time.monotonic() + 20
    while b" dropped\n" not in b"".join(received) and time.monotonic() < deadline:
        writer.write(["last"], lambda count: f"{count} dropped")
        time.sleep(0.05)
    writer.close(5)
    os.close(pipe.writer)
    reading.join(10)
    lines = b"".join(received).decode().splitlines()
    dropped = [int(found.partition(" ")[0]) for found in lines if found.endswith(" dropped")]
    assert dropped
    assert lines.count(line) + sum(dropped) >= 3 * MAX_QUEUED_BYTES // 1000 * 10
    assert len(lines) * 100 < 2 * MAX_QUEUED_BYTES


def test_a_pipe_that_was_closed_ends_the_log_and_nothing_else(pipe: Pipe) -> None:
    os.close(pipe.reader)
    writer = LineWriter(pipe.writer)
    for _ in range(100):
        writer.write(["x"], str)
        time.sleep(0.001)
    writer.close(1)


def test_lines_of_several_writers_on_one_pipe_stay_whole(pipe: Pipe) -> None:
    writers = [LineWriter(os.dup(pipe.writer)) for _ in range(4)]
    received: list[bytes] = []
    reading = threading.Thread(target=lambda: received.extend(iter(lambda: os.read(pipe.reader, 65536), b"")))
    reading.start()
    # forty such lines are more than a pipe takes in one piece
    for number in range(60):
        for name, writer in enumerate(writers):
            writer.write([f"{name}:{'y' * (150 + number % 90)}:{name}"] * 40, str)
    for writer in writers:
        writer.close(5)
        os.close(writer._descriptor)
    os.close(pipe.writer)
    reading.join(10)
    lines = b"".join(received).decode().splitlines()
    assert len(lines) == 9600
    assert all(re.fullmatch(r"(\d):y*:\1", found) for found in lines)


def test_more_than_can_wait_are_dropped_and_counted(mock: Mock) -> None:
    # small ones, as the bytes that wait are bounded too
    exchanges = [(SEARCH, f"{GOOD}&page_size=1")] * (MAX_WAITING + 7)
    lines = log_exchanges(mock, create_json_format(mock), *exchanges)
    assert json.loads(lines[0]) == {"dropped": 7}
    assert len(lines) == MAX_WAITING + 1


def test_of_large_exchanges_few_wait_for_their_reasons_and_each_has_its_line(
    mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike_mocks.request_log.MAX_WAITING_BYTES", 200_000)
    paths = [(f"/tmapi/{number}" + "y" * 50_000, "") for number in range(9)]
    lines = [json.loads(line) for line in log_exchanges(mock, create_json_format(mock), *paths)]
    # three fit; the fourth and the seventh send those before them on
    assert ["why" in line for line in lines] == [False] * 6 + [True] * 3


def test_an_exchange_that_is_too_large_to_wait_is_counted(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike_mocks.request_log.MAX_WAITING_BYTES", 20_000)
    lines = log_exchanges(mock, create_json_format(mock), ("/tmapi/" + "y" * 50_000, ""), ("/tmapi/x", ""))
    assert json.loads(lines[0]) == {"dropped": 1}
    assert len(lines) == 2


def test_exchanges_that_have_their_lines_give_their_room_back(mock: Mock) -> None:
    entry = mock.exchange(Request(method="GET", path="/tmapi/x"))

    async def fill_and_flush() -> int:
        with tempfile.TemporaryFile() as file:
            log = RequestLog(create_json_format(mock), LineWriter(file.fileno()))
            log.add(entry, 0.0, 0.0)
            assert log._waiting_bytes > 0
            log.close()
            return log._waiting_bytes

    assert asyncio.run(fill_and_flush()) == 0


def test_a_flood_of_lost_paths_does_not_keep_the_loop(mock: Mock) -> None:
    """Explanations have a share of the loop's time, and lines come all the same, in the order of the answers."""
    lines = log_exchanges(mock, create_json_format(mock), *[(f"/tmapi/{number}", "") for number in range(900)])
    assert [json.loads(line)["path"] for line in lines] == [f"/{number}" for number in range(900)]

"""`lookalike.serve()` in programs that fork, end early, run gevent, or call it from anywhere: never a hang, always a word."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

import lookalike
from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server

PATIENCE = 40
PRELUDE = """
import os, socket, sys, threading, time, urllib.request
import lookalike

def is_healthy(url):
    with urllib.request.urlopen(f"{url}/_lookalike/health", timeout=10) as reply:
        return reply.status == 200

def connect(url):
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)

def fork(work):
    # what the child makes of it: its exit code, 1 and a traceback for an exception
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


def run(program: str, *options: str, first: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program with warnings shown; what it prints, and how it ends."""
    text = f"{first}\n{PRELUDE}\n{textwrap.dedent(program)}"
    command = [sys.executable, *options, "-c", text]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def assert_prints(done: subprocess.CompletedProcess[str], text: str) -> None:
    assert (done.returncode, done.stdout, done.stderr) == (0, text, "")


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
@pytest.mark.parametrize("last", ["", "client = connect(server.url)", "sys.exit(0)"], ids=["plain", "client", "exit"])
def test_a_program_that_ends_inside_of_the_block_ends(tls, last):
    program = f"""
    context = lookalike.serve("tmapi", tls={tls})
    server = context.__enter__()
    print(is_healthy(server.url))
    {last}
    """
    assert_prints(run(program), "True\n")


@pytest.mark.slow
def test_a_program_that_ends_while_a_response_is_under_way_ends_without_a_word():
    program = """
    context = lookalike.serve("tmapi")
    client = connect(context.__enter__().url)
    path = "/1688/global/search/image?apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"
    client.sendall(f"GET {path} HTTP/1.1\\r\\nHost: x\\r\\nPrefer: example=latency\\r\\n\\r\\n".encode())
    time.sleep(0.3)
    """
    assert_prints(run(program), "")


@pytest.mark.slow
def test_what_runs_at_exit_can_use_a_server_and_stop_it():
    program = """
    import atexit
    context = lookalike.serve("tmapi")
    server = context.__enter__()
    atexit.register(lambda: context.__exit__(None, None, None))
    atexit.register(lambda: print(is_healthy(server.url)))
    """
    assert_prints(run(program), "True\n")


@pytest.mark.slow
def test_what_runs_last_of_all_at_exit_can_stop_a_server():
    program = """
    import atexit
    atexit.register(lambda: context.__exit__(None, None, None))
    context = lookalike.serve("tmapi")
    print(is_healthy(context.__enter__().url))
    """
    assert_prints(run(program), "True\n")


@pytest.mark.slow
def test_no_server_starts_when_python_has_ended_its_servers():
    program = """
    import atexit
    def start():
        try:
            lookalike.serve("tmapi").__enter__()
        except RuntimeError as error:
            print(error)
    atexit.register(start)
    with lookalike.serve("tmapi") as server:
        print(is_healthy(server.url))
    """
    assert_prints(run(program), "True\nPython is ending, and its servers have ended already\n")


def test_a_forked_child_serves_by_itself():
    program = """
    def work():
        with lookalike.serve("tmapi") as own:
            assert own.url != server.url
            assert is_healthy(own.url)
            assert is_healthy(server.url)

    with lookalike.serve("tmapi") as server:
        assert is_healthy(server.url)
        print(fork(work), fork(work), is_healthy(server.url))
    """
    assert_prints(run(program), "0 0 True\n")


@pytest.mark.slow
def test_a_forked_child_serves_the_mock_that_its_parent_serves():
    program = """
    mock = lookalike.Mock("tmapi")
    def work():
        with lookalike.serve(mock) as own:
            assert is_healthy(own.url)
            own.create_sandbox()

    with lookalike.serve(mock) as server:
        print(fork(work), is_healthy(server.url))
    """
    assert_prints(run(program), "0 True\n")


@pytest.mark.slow
def test_a_grandchild_serves_too():
    program = """
    def work():
        with lookalike.serve("tmapi") as own:
            assert is_healthy(own.url)
            if depth:
                assert fork(work_again) == 0
            assert is_healthy(own.url)

    def work_again():
        depth.clear()
        work()

    depth = [1]
    with lookalike.serve("tmapi") as server:
        print(fork(work), is_healthy(server.url))
    """
    assert_prints(run(program), "0 True\n")


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
def test_a_child_that_leaves_the_block_leaves_the_parents_server_alone(tls):
    program = f"""
    with lookalike.serve("tmapi", tls={tls}) as server:
        assert is_healthy(server.url)
        client = connect(server.url)
        if os.fork() == 0:
            # it leaves the block, and ends as programs do
            sys.exit(0)
        _, status = os.wait()
        assert is_healthy(server.url)
        client.sendall(b"GET /_lookalike/health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        print(os.waitstatus_to_exitcode(status), not server.tls_ca or os.path.exists(server.tls_ca))
    print(bool(server.tls_ca) and os.path.exists(server.tls_ca))
    """
    assert_prints(run(program), "0 True\nFalse\n")


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
def test_a_child_that_lives_on_keeps_no_port_and_no_connection_of_the_parents(tls):
    program = f"""
    reader, writer = os.pipe()
    with lookalike.serve("tmapi", tls={tls}) as server:
        client = connect(server.url)
        client.sendall(b"GET /_lookalike/health HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        assert client.recv(1000)
        begun_reader, begun_writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(writer)
            os.write(begun_writer, b"!")
            os.read(reader, 1)
            os._exit(0)
        os.read(begun_reader, 1)
    assert client.recv(1000) == b""
    try:
        connect(server.url)
    except ConnectionRefusedError:
        print("refused")
    os.close(writer)
    os.waitpid(pid, 0)
    """
    assert_prints(run(program), "refused\n")


def test_a_child_that_asks_the_parents_mock_is_told_in_one_sentence():
    program = """
    def work():
        for use in (server.create_sandbox, lambda: server.mock):
            try:
                use()
            except RuntimeError as error:
                print(str(error).replace(str(os.getppid()), "PARENT").replace(server.url, "URL"), flush=True)
        assert server.credentials["tmapi"]
        assert server.control_token

    with lookalike.serve("tmapi") as server:
        print(fork(work))
    """
    sentence = (
        "the server on URL runs in process PARENT, and this is another one, which was forked from it:"
        " make sandboxes before the fork or by the control API, or call serve() here"
    )
    assert_prints(run(program), f"{sentence}\n{sentence}\n0\n")


@pytest.mark.slow
def test_children_of_multiprocessing_are_clients_of_the_parents_server():
    program = """
    import multiprocessing
    with lookalike.serve("tmapi") as server:
        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(is_healthy, [server.url] * 4))
        print(len(server.mock.demo_state.journal), is_healthy(server.url))
    """
    assert_prints(run(program, "-W", "ignore::DeprecationWarning"), "[True, True, True, True]\n0 True\n")


@pytest.mark.slow
def test_no_lock_is_held_for_ever_in_a_child():
    program = """
    mock = lookalike.Mock("tmapi")
    is_over = threading.Event()
    def make_sandboxes():
        while not is_over.is_set():
            mock.create_sandbox()

    def work():
        mock.create_sandbox().situation("tmapi/503")

    threads = [threading.Thread(target=make_sandboxes) for _ in range(3)]
    for thread in threads:
        thread.start()
    print({fork(work) for _ in range(60)})
    is_over.set()
    """
    assert_prints(run(program, "-W", "ignore::DeprecationWarning"), "{0}\n")


GEVENT = "from gevent import monkey; monkey.patch_all()"
needs_gevent = pytest.mark.skipif(find_spec("gevent") is None, reason="gevent is not installed")


@pytest.mark.exhaustive(1)
@needs_gevent
@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
def test_under_gevent_a_server_answers_its_greenlets(tls):
    program = f"""
    import gevent
    with lookalike.serve("tmapi", tls={tls}) as server:
        greenlets = [gevent.spawn(is_healthy, server.url) for _ in range(20)]
        gevent.joinall(greenlets, timeout=20)
        print([greenlet.value for greenlet in greenlets] == [True] * 20)
        sandbox = server.create_sandbox()
        if server.tls_url:
            import ssl
            trusting = ssl.create_default_context(cafile=server.tls_ca)
            print(urllib.request.urlopen(server.tls_url + "/_lookalike/health", context=trusting, timeout=10).status)
    """
    expected = "True\n200\n" if tls else "True\n"
    assert_prints(run(program, first=GEVENT), expected)


@pytest.mark.slow
@needs_gevent
def test_under_gevent_a_long_body_is_answered_too():
    program = """
    with lookalike.serve("hiobuy") as server:
        body = b'{"img": "https://a/%s.jpg", "platform": "1688"}' % (b"b" * 5000)
        headers = {"Content-Type": "application/json", **server.credentials["hiobuy"]}
        request = urllib.request.Request(server.url + "/api/client/third-purchase/image/query", body, headers)
        print(urllib.request.urlopen(request, timeout=10).status)
    """
    assert_prints(run(program, first=GEVENT), "200\n")


@pytest.mark.slow
@needs_gevent
def test_gevent_may_come_after_the_first_server():
    program = """
    with lookalike.serve("tmapi") as server:
        from gevent import monkey
        monkey.patch_all()
        print(is_healthy(server.url))
        with lookalike.serve("hiobuy") as other:
            print(is_healthy(other.url))
    """
    assert_prints(run(program, "-W", "ignore"), "True\nTrue\n")


@pytest.mark.slow
def test_where_no_thread_can_be_started_a_sentence_says_so():
    program = """
    def refuse(self):
        raise RuntimeError("can't start new thread")
    threading.Thread.start = refuse
    try:
        lookalike.serve("tmapi").__enter__()
    except RuntimeError as error:
        print(error)
    """
    assert_prints(run(program), "a server needs a thread, and none can be started here (can't start new thread)\n")


def test_under_eventlet_a_sentence_says_what_to_do():
    program = """
    import types
    patcher = types.ModuleType("eventlet.patcher")
    patcher.is_monkey_patched = lambda module: True
    sys.modules["eventlet.patcher"] = patcher
    try:
        lookalike.serve("tmapi").__enter__()
    except RuntimeError as error:
        print(error)
    """
    sentence = "a server needs threads, and eventlet has replaced them: start `lookalike serve` as a process\n"
    assert_prints(run(program), sentence)


def is_healthy(url: str) -> bool:
    return httpx.get(f"{url}/_lookalike/health", timeout=10).status_code == 200


def test_a_server_starts_and_stops_inside_of_a_running_loop() -> None:
    async def ask() -> int:
        with lookalike.serve("tmapi") as server:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{server.url}/_lookalike/health")).status_code

    assert asyncio.run(ask()) == 200


def test_a_server_starts_in_one_thread_and_stops_in_another(mock: Mock) -> None:
    servers: list[Server] = []
    starting = threading.Thread(target=lambda: servers.append(Server(MockApp(mock)).start()))
    starting.start()
    starting.join(PATIENCE)
    (server,) = servers
    assert is_healthy(server.url)
    stopping = [threading.Thread(target=server.stop) for _ in range(5)]
    for thread in stopping:
        thread.start()
    for thread in stopping:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    with pytest.raises(httpx.ConnectError):
        is_healthy(server.url)


def test_a_server_can_be_stopped_twice_and_started_again(mock: Mock) -> None:
    server = Server(MockApp(mock))
    server.stop()
    first_url = server.start().url
    assert is_healthy(first_url)
    server.stop()
    server.stop()
    with pytest.raises(httpx.ConnectError):
        is_healthy(first_url)
    with server:
        assert is_healthy(server.url)


def test_a_server_that_runs_cannot_be_started_again(mock: Mock) -> None:
    with Server(MockApp(mock)) as server:
        with pytest.raises(RuntimeError, match=f"^this server runs already, on {server.url}$"):
            server.start()
        assert is_healthy(server.url)


def test_a_server_whose_port_is_taken_can_be_started_later(mock: Mock) -> None:
    with Server(MockApp(mock)) as first:
        second = Server(MockApp(mock), port=int(first.url.rpartition(":")[2]))
        with pytest.raises(OSError, match="in use"):
            second.start()
    with second:
        assert is_healthy(second.url)


def test_after_the_block_the_mock_can_still_be_looked_at() -> None:
    with lookalike.serve("tmapi") as server:
        httpx.get(f"{server.url}/1688/global/search/image", timeout=10)
    assert len(server.mock.demo_state.journal) == 1
    with pytest.raises(httpx.ConnectError):
        is_healthy(server.url)


def test_what_a_response_calls_cannot_stop_its_server() -> None:
    errors: list[str] = []
    servers: list[Server] = []

    class Stopping(MockApp):
        def respond_directly(self, request):
            try:
                servers[0].stop()
            except RuntimeError as error:
                errors.append(str(error))
            return super().respond_directly(request)

    with Server(Stopping(Mock("tmapi"))) as server:
        servers.append(server)
        assert is_healthy(server.url)
        assert errors == ["a server cannot be started or stopped by what it calls to make a response"]
    with pytest.raises(httpx.ConnectError):
        is_healthy(server.url)


# what pytest-forked does, in short: each marked test, with its fixtures, in a child of its own
FORKING_CONFTEST = """
import os
import pytest
from _pytest.runner import runtestprotocol

def pytest_configure(config):
    config.addinivalue_line("markers", "forked")

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    if not item.get_closest_marker("forked"):
        return None
    pid = os.fork()
    if pid == 0:
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        for report in reports:
            if report.failed:
                os.write(2, report.longreprtext.encode())
        os._exit(any(report.failed for report in reports))
    _, status = os.waitpid(pid, 0)
    os.write(1, b"child ended with %d\\n" % os.waitstatus_to_exitcode(status))
    return True
"""
FORKED_TESTS = """
import httpx
import pytest

QUERY = {"img_url": "https://cbu01.alicdn.com/x.jpg"}

def search(tmapi, url):
    query = QUERY | {"apiToken": tmapi.credentials["apiToken"]}
    return httpx.get(f"{url}/1688/global/search/image", params=query, verify=False).status_code

def test_in_the_parent(tmapi):
    assert search(tmapi, tmapi.base_url) == 200

@pytest.mark.forked
def test_in_a_child(tmapi):
    assert search(tmapi, tmapi.base_url) == 200
    assert len(tmapi.journal) == 1

@pytest.mark.forked
def test_in_another_child(tmapi):
    with tmapi.situation("439", times=1):
        assert search(tmapi, tmapi.base_url) == 439

def test_in_the_parent_again(tmapi):
    assert search(tmapi, tmapi.base_url) == 200
"""


@pytest.mark.slow
def test_the_fixtures_work_in_forked_tests_behind_others_in_the_parent(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(FORKING_CONFTEST)
    (tmp_path / "test_forked.py").write_text(FORKED_TESTS)
    command = [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", "test_forked.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    assert done.stdout.count("child ended with 0\n") == 2, done.stdout + done.stderr
    assert "2 passed" in done.stdout

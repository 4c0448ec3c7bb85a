"""`lookalike serve --tls-ca`: the file, what is said of it, and that it works where it is said to."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

import lookalike as facade
from lookalike_mocks import Mock

HEALTH = "/_lookalike/health"
SECONDS = 30
# what stands behind each way that is printed
CLIENTS = {
    "Python": shlex.join([sys.executable, "-c", "import httpx, sys; print(httpx.get(sys.argv[1]).text)"]),
    "Node.js": """node -e 'require("https").get(process.argv[1], (found) => found.pipe(process.stdout))'""",
    "curl": "-s",
}
MAIN = "from lookalike.__main__ import main; main()"


def context(path):
    return ssl.create_default_context(cafile=path)


def test_json_tells_where_tls_is(serving, tmp_path):
    with serving("tmapi", "--port", "0", "--json", "--tls-ca", str(tmp_path / "ca.pem")) as process:
        payload = json.loads(process.stdout.readline())
        assert payload["tls_url"] == payload["url"].replace("http:", "https:")
        assert payload["tls_ca"] == str(tmp_path / "ca.pem")
        with httpx.Client(verify=context(payload["tls_ca"]), trust_env=False, timeout=SECONDS) as client:
            for url in (payload["url"], payload["tls_url"]):
                assert client.get(url + HEALTH).json()["apis"] == ["tmapi"]
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=SECONDS) == ("", "")
        assert process.returncode == 0


def test_the_file_is_for_everybody_and_holds_no_key(serving, tmp_path):
    file = tmp_path / "ca.pem"
    found = []
    for old in ("of yesterday" * 1000, None):
        if old is not None:
            file.write_text(old)
            file.chmod(0o600)
        with serving("tmapi", "--port", "0", "--json", "--tls-ca", str(file)) as process:
            assert process.stdout.readline()
        found.append(file.read_text())
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
        assert os.listdir(tmp_path) == ["ca.pem"]  # noqa: PTH208 - nothing else, hidden or not
    assert all(text.count("-----BEGIN") == text.count("-----BEGIN CERTIFICATE-----") == 1 for text in found)
    assert found[0] != found[1]


def test_a_link_stays_a_link(serving, tmp_path):
    file, link = tmp_path / "ca.pem", tmp_path / "link.pem"
    link.symlink_to(file)
    with serving("tmapi", "--port", "0", "--json", "--tls-ca", str(link)) as process:
        assert process.stdout.readline()
    assert link.is_symlink()
    assert file.read_text().startswith("-----BEGIN CERTIFICATE")


def test_a_name_that_is_given_is_in_the_certificate(serving, tmp_path):
    given = ("--tls-name", "shop.test", "--tls-name", "192.0.2.7")
    with serving("tmapi", "--port", "0", "--json", "--tls-ca", str(tmp_path / "ca.pem"), *given) as process:
        payload = json.loads(process.stdout.readline())
        port = int(payload["url"].rpartition(":")[2])
        for name in ("shop.test", "192.0.2.7", "api.tmapi.io"):
            with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as sock:
                context(payload["tls_ca"]).wrap_socket(sock, server_hostname=name).close()
        with (
            socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as sock,
            pytest.raises(ssl.SSLCertVerificationError, match="mismatch"),
        ):
            context(payload["tls_ca"]).wrap_socket(sock, server_hostname="open.hiobuy.com")


@pytest.mark.slow
@pytest.mark.parametrize(
    "client", [pytest.param(name, marks=pytest.mark.node) if name == "Node.js" else name for name in CLIENTS]
)
def test_what_it_says_makes_a_client_trust_it(serving, tmp_path, client):
    if shutil.which({"Node.js": "node"}.get(client, client.lower())) is None:
        pytest.skip(f"needs {client}")
    file = tmp_path / "a folder" / "ca.pem"
    file.parent.mkdir()
    with serving("tmapi", "--port", "0", "--tls-ca", str(file)) as process:
        heading = next(line for line in process.stdout if line.startswith("# https://127.0.0.1:"))
        url = heading.split()[1]
        said = dict(process.stdout.readline().split(maxsplit=1) for _ in CLIENTS)
        line = f"{said[client].strip()} {CLIENTS[client]} {url}{HEALTH}"
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(done.stdout)["status"] == "ok", done.stderr


def test_a_client_that_asks_for_what_is_no_text_leaves_no_trace(serving, tmp_path):
    out = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="aaaa.localhost").do_handshake()
    with serving("tmapi", "--port", "0", "--json", "--tls-ca", str(tmp_path / "ca.pem")) as process:
        port = int(json.loads(process.stdout.readline())["url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as sock:
            sock.sendall(out.read().replace(b"aaaa.local", b"\xff\xfe\xfda.local"))
            with suppress(ConnectionResetError):
                while sock.recv(65536):
                    pass
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=SECONDS) == ("", "")


def test_a_taken_port_leaves_the_file_of_who_serves_there(tmp_path, lookalike):
    file = tmp_path / "ca.pem"
    file.write_text("theirs")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = lookalike("serve", "--port", str(taken.getsockname()[1]), "--tls-ca", str(file))
    assert result.exit_code == 2
    assert file.read_text() == "theirs"


def test_on_windows_tls_is_refused_in_one_line(lookalike, tmp_path, monkeypatch):
    monkeypatch.setattr("lookalike.tls.IS_WINDOWS", True)
    result = lookalike("serve", "tmapi", "--port", "0", "--tls-ca", str(tmp_path / "ca.pem"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: --tls-ca does not work on Windows; without it the server answers http\n"
    assert not (tmp_path / "ca.pem").exists()


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (("--tls-name", "shop.test"), "--tls-name needs --tls-ca FILE"),
        (("--tls-ca", "no/such/ca.pem"), "cannot write no/such/ca.pem: No such file or directory"),
        (("--tls-ca", "folder"), "Invalid value for '--tls-ca': File 'folder' is a directory."),
        (("--tls-ca", "pipe"), "cannot write pipe: it is no regular file"),
        (("--tls-ca", "file/ca.pem"), "cannot write file/ca.pem: Not a directory"),
        (("--tls-ca", "a" * 300), f"cannot write {'a' * 300}: File name too long"),
        (
            ("--tls-ca", "ca.pem", "--tls-name", "my shop"),
            "--tls-name: 'my shop' is neither a host name nor an address",
        ),
        (("--tls-ca", "ca.pem", "--tls-name", "xn--a"), "--tls-name: no certificate can name that: "),
    ],
)
def test_what_the_caller_can_put_right_is_one_line(lookalike, tmp_path, monkeypatch, args, problem):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    result = lookalike("serve", "tmapi", "--port", "0", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {problem}")
    assert result.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "pipe"]
    assert (tmp_path / "pipe").is_fifo()


TROUBLE = {
    "sys.modules['trustme'] = None": 'TLS needs an extra: pip install "lookalike[tls]"',
    "tempfile.tempdir = '/no/such'": "cannot write a temporary file: No such file or directory",
    # where a certificate may go, and nothing else
    "lookalike_specs.files.mkstemp = full": "cannot write ca.pem: File too large",
}


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize(("trouble", "problem"), TROUBLE.items(), ids=list(TROUBLE.values()))
def test_what_is_wrong_with_the_machine_is_one_line(tmp_path, trouble, problem):
    full = """
import lookalike_specs.files, os, resource, sys, tempfile
def full(**options):
    made = tempfile.mkstemp(**options)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
    return made
"""
    # where files cannot grow, what measures the tests' coverage cannot write its own either
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    process = subprocess.run(
        [sys.executable, "-c", f"{full}{trouble}\n{MAIN}", "serve", "tmapi", "--port", "0", "--tls-ca", "ca.pem"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (2, "", f"Error: {problem}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_program_serves_tls_too():
    mock = Mock("tmapi")
    with facade.serve(mock, tls=True) as stage:
        with httpx.Client(verify=context(stage.tls_ca), trust_env=False, timeout=SECONDS) as client:
            for url in (stage.url, stage.tls_url):
                assert client.get(url + HEALTH).json()["apis"] == ["tmapi"]
        assert stage.tls is not None
        stage.tls.present_wrong(1)
        with httpx.Client(verify=context(stage.tls_ca), trust_env=False, timeout=SECONDS) as client:
            with pytest.raises(httpx.ConnectError, match="mismatch"):
                client.get(stage.tls_url + HEALTH)
            assert client.get(stage.tls_url + HEALTH).is_success
        file = Path(stage.tls_ca)
        assert file.exists()
    assert not file.parent.exists()
    with facade.serve("tmapi") as plain:
        assert (plain.tls_url, plain.tls_ca, plain.tls) == ("", "", None)

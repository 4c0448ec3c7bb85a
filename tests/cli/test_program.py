"""The program itself: help, version, completion, pictures, colours, speed, and what one name gives in Python."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import textwrap
from io import BytesIO

import click
import httpx
import pytest
import respx
from PIL import Image

import lookalike as package
from lookalike.__main__ import cli, main
from lookalike.output import measure_width, render_table
from lookalike_mocks.catalogue.identicon import decode_identicon
from lookalike_mocks.catalogue.ids import encode_image_code

HEAVY = ("lookalike_specs", "lookalike_mocks", "starlette", "uvicorn", "PIL", "yaml", "msgspec", "jsonschema_rs")


@pytest.mark.parametrize("command", cli.table)
def test_every_help_has_examples(lookalike, command):
    text = lookalike(command, "--help").stdout
    assert f"  Examples:\n    {'eval' if command == 'completion' else 'lookalike ' + command}" in text
    assert "..." not in text.splitlines()[2]


def test_without_a_command_it_prints_its_help(lookalike):
    result = lookalike()
    assert result.exit_code == 0
    assert result.stdout == lookalike("--help").stdout
    assert "..." not in result.stdout.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("help", "--help"),
        ("-h", "--help"),
        ("help serve", "serve --help"),
        ("vectors", "vectors --help"),
        ("vectors help", "vectors --help"),
        ("help vectors list", "vectors list --help"),
    ],
)
def test_help_is_found_however_it_is_asked_for(lookalike, words, same):
    result = lookalike(*words.split())
    assert (result.exit_code, result.stdout) == (0, lookalike(*same.split()).stdout)
    assert result.stdout.startswith("Usage: lookalike")


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_the_packages(lookalike, option):
    assert lookalike(option).stdout == f"lookalike {package.__version__}\n"


def test_help_and_import_load_nothing_heavy(run_python):
    code = f"import sys, lookalike, lookalike.__main__; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert run_python(code).strip() == "[]"


def test_the_module_runs_too():
    process = subprocess.run(
        [sys.executable, "-m", "lookalike", "--version"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (process.returncode, process.stdout) == (0, f"lookalike {package.__version__}\n")


def test_a_text_that_stdout_cannot_encode_does_no_harm(monkeypatch):
    out = io.TextIOWrapper(BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "argv", ["lookalike", "situations", "daji-1688"])
    with pytest.raises(SystemExit) as ended:
        main()
    out.flush()
    assert ended.value.code in (0, None)
    assert rb"\u7b7e" in out.buffer.getvalue()


def on_a_terminal(*args: str, **environment: str) -> str:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "lookalike", *args]
    subprocess.run(command, stdout=theirs, stderr=theirs, env=os.environ | environment, timeout=60, check=False)
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 65536):
            text += part
    except OSError:  # Linux tells the end of a terminal so
        pass
    os.close(ours)
    return text.decode()


def test_colours_are_for_terminals_alone_and_no_color_is_honoured(lookalike):
    sign = ("sign", "daji-1688")
    assert "\x1b[1m" in on_a_terminal(*sign, NO_COLOR="", TERM="xterm")
    assert "\x1b" not in on_a_terminal(*sign, NO_COLOR="1", TERM="xterm")
    assert "\x1b" not in lookalike(*sign).stdout


@pytest.mark.parametrize(
    ("variables", "is_coloured"),
    [
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_can_be_forced_into_a_pipe(lookalike, monkeypatch, variables, is_coloured):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[1m" in lookalike("sign", "daji-1688").stdout) == is_coloured


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(lookalike, shell):
    assert "_LOOKALIKE_COMPLETE" in lookalike("completion", shell).stdout


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("serve tm", "tmapi"),
        ("situations hi", "hiobuy"),
        ("sign ali", "aliyun"),
        ("serve --variant tmapi.auth=e", "tmapi.auth=either"),
        ("situations tmapi/43", "tmapi/439"),
        ("situations --kind e", "error"),
        ("sign aliyun --scheme acs-rp", "acs-rpc"),
        ("check tmapi --operation conv", "convertImageUrl"),
        ("check --report jun", "junit="),
        ("apis tm", "tmapi"),
        ("certify --only tmapi/upload:43", "tmapi/upload:439"),
        ("certify --skip retry/perm", "retry/permanent"),
        ("certify --report bad", "badge="),
        ("cases tm", "tmapi"),
        ("report me", "merge"),
    ],
)
def test_the_shell_completes_names(words, found):
    environment = {
        "_LOOKALIKE_COMPLETE": "bash_complete",
        "COMP_WORDS": f"lookalike {words}",
        "COMP_CWORD": str(len(words.split())),
    }
    command = [sys.executable, "-c", "from lookalike.__main__ import main; main()"]
    process = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=os.environ | environment, check=True
    )
    assert process.stdout == f"plain,{found}\n"


@pytest.mark.parametrize("words", ["check --only p", "explain p", "check --operation zz", "certify --skip q"])
def test_where_nothing_can_be_completed_the_shell_gets_nothing(words):
    environment = {
        "_LOOKALIKE_COMPLETE": "bash_complete",
        "COMP_WORDS": f"lookalike {words}",
        "COMP_CWORD": str(len(words.split())),
    }
    code = "import sys; sys.modules['schemathesis'] = None; from lookalike.__main__ import main; main()"
    process = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | environment,
        check=False,
    )
    assert (process.stdout.strip(), process.stderr) == ("", "")


def test_a_picture_shows_its_product(tmp_path):
    command = [sys.executable, "-m", "lookalike", "image"]
    url = f"https://cbu01.alicdn.com/O1CN01{encode_image_code(7)}_!!1-0-cib.jpg"
    piped = subprocess.run([*command, url], capture_output=True, timeout=60, check=True).stdout
    subprocess.run([*command, "7", "-o", tmp_path / "7.jpg"], timeout=60, check=True)
    assert piped == (tmp_path / "7.jpg").read_bytes()
    picture = Image.open(BytesIO(piped))
    assert (picture.format, picture.size, decode_identicon(picture)) == ("JPEG", (800, 800), 7)


def test_a_picture_is_not_written_to_a_terminal():
    assert on_a_terminal("image", "7") == "Error: a JPEG is not for a terminal; pipe it, or name a file with -o\r\n"


def test_a_table_counts_chinese_characters_twice():
    assert measure_width("签名") == 4
    lines = render_table([("签名", "x"), ("abc", "y")], ("a", "b")).splitlines()
    assert [measure_width(line) for line in lines] == [7, 7, 7]
    assert click.unstyle(lines[0]) == "a     b"


def search(client: httpx.Client, base: str) -> httpx.Response:
    picture = "https://cbu01.alicdn.com/img/ibank/x.jpg"
    return client.get(f"{base}/1688/global/search/image?apiToken=lookalike-demo-token&img_url={picture}")


def test_serve_is_a_server_for_as_long_as_the_block_lasts():
    with httpx.Client() as client:
        with package.serve("tmapi", seed=5) as stage:
            assert search(client, stage.url).json()["code"] == 200
            assert len(stage.mock.demo_state.journal) == 1
            assert stage.mock.demo_state.seed == 5
            assert stage.credentials["tmapi"]["apiToken"] == "lookalike-demo-token"
        with pytest.raises(httpx.ConnectError):
            search(client, stage.url)


def test_transport_and_router_answer_in_place_of_the_network():
    mock = package.Mock("tmapi", variants={"error-format": "http-200"})
    with httpx.Client(transport=package.transport(mock)) as client:
        assert search(client, "http://api.tmapi.top").json()["code"] == 200
    with package.respx_router(mock) as router, httpx.Client() as client:
        assert isinstance(router, respx.MockRouter)
        assert search(client, "http://api.tmapi.top").json()["code"] == 200
    assert len(mock.demo_state.journal) == 2


def test_a_mock_is_given_alone():
    with pytest.raises(TypeError, match="a mock is given alone"):
        package.transport(package.Mock("tmapi"), seed=1)


def test_the_package_says_what_it_has():
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert getattr(package, name)
    with pytest.raises(AttributeError, match="module 'lookalike' has no attribute 'mock_everything'"):
        package.mock_everything  # noqa: B018


def test_a_misspelt_name_of_the_package_brings_the_name():
    process = subprocess.run(
        [sys.executable, "-c", "import lookalike; lookalike.trasport"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.stderr.endswith("has no attribute 'trasport'. Did you mean: 'transport'?\n")


def test_the_table_of_commands_says_what_the_commands_say():
    context = click.Context(cli)
    for name, row in cli.table.items():
        loaded = cli.get_command(context, name)
        assert loaded is not None
        assert (loaded.name, loaded.get_short_help_str(200)) == (name, row.summary)


def test_completing_a_command_imports_none(run_python):
    code = """
        import sys, click
        from lookalike.__main__ import cli
        items = cli.shell_complete(click.Context(cli), "s")
        print([item.value for item in items], [name for name in sys.modules if name.startswith("lookalike.commands.")])
    """
    assert run_python(textwrap.dedent(code)).strip() == "['serve', 'situations', 'sign', 'spec'] []"

"""`--spec` and `--import`: documents that nobody here wrote, on the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import Result

import lookalike as package
from lookalike_mocks import Mock
from lookalike_specs import registry
from lookalike_specs.messages import Request, Response
from lookalike_specs.spec_file import load_spec_file

DATA = Path(__file__).parent.parent / "data" / "openapi"
PETSTORE = str(DATA / "petstore.yaml")
TICTACTOE = str(DATA / "tictactoe.yaml")
Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _restore(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what a test imports."""
    registry.list_api_ids()
    sources = dict(registry._sources)
    packages = set(registry._registered_packages)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    registry._sources.clear()
    registry._sources.update(sources)
    registry._registered_packages.clear()
    registry._registered_packages.update(packages)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["petstore", "tictactoe", "uspto"])
def test_our_own_mock_of_a_public_document_has_no_finding(name: str, lookalike: Run) -> None:
    result = lookalike("check", "--spec", str(DATA / f"{name}.yaml"), "--max-cases", "5", "--format", "json")
    # 3 would be: no finding, but not everything could be checked
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["findings"] == []


def _answer(reply: Response, **changes: Any) -> Response:
    return msgspec.structs.replace(reply, **changes)


class Saboteur(Mock):
    """A Petstore with one thing wrong with it."""

    def __init__(self, change: Callable[[Request, Response], Response], ask: Callable[[Request], Request]) -> None:
        super().__init__(spec=PETSTORE)
        self._change = change
        self._ask = ask

    def respond(self, request: Request) -> Response:
        return self._change(request, super().respond(self._ask(request)))


def _break_type(_: Request, reply: Response) -> Response:
    return _answer(reply, body=reply.body.replace(b'"id":10', b'"id":"ten"'))


def _drop_required(_: Request, reply: Response) -> Response:
    return _answer(reply, body=reply.body.replace(b'"photoUrls"', b'"photos"'))


def _change_media_type(_: Request, reply: Response) -> Response:
    return _answer(reply, media_type="text/csv") if reply.status == 200 and reply.body else reply


def _forget_photos(request: Request, reply: Response) -> Response:
    """Accept a pet without photos."""
    return (
        Response(status=200, body=b'{"name":"a","photoUrls":[]}')
        if reply.status == 400 and request.path == "/pet"
        else reply
    )


def _refuse_sold(request: Request, reply: Response) -> Response:
    return Response(status=400, body=b"", media_type="") if request.query == b"status=sold" else reply


def _let_in(request: Request) -> Request:
    """Give everybody the right token."""
    kept = tuple((name, value) for name, value in request.headers if name != b"authorization")
    return msgspec.structs.replace(request, headers=(*kept, (b"authorization", b"Bearer lookalike-demo-token")))


def _same(request: Request) -> Request:
    return request


def _honest(_: Request, reply: Response) -> Response:
    return reply


SABOTEURS = [
    ("getPetById", "answer/schema", _break_type, _same),
    ("getPetById", "answer/schema", _drop_required, _same),
    ("getPetById", "answer/media-type", _change_media_type, _same),
    ("addPet", "limits/outside", _forget_photos, _same),
    ("findPetsByStatus", "limits/inside", _refuse_sold, _same),
    ("addPet", "signature/missing", _honest, _let_in),
    ("addPet", "signature/key", _honest, _let_in),
]


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize(("operation", "check", "change", "ask"), SABOTEURS)
def test_a_server_with_one_thing_wrong_is_caught(
    operation: str,
    check: str,
    change: Callable[[Request, Response], Response],
    ask: Callable[[Request], Request],
    lookalike: Run,
) -> None:
    with package.serve(Saboteur(change, ask)) as running:
        result = lookalike(
            "check", "--spec", PETSTORE, "--url", running.url, "--operation", operation, "--only", check,
            "--max-cases", "10", "--format", "json",
        )  # fmt: skip
    assert result.exit_code == 1, result.output
    findings = json.loads(result.stdout)["findings"]
    assert {finding["check"] for finding in findings} == {check}


def test_a_finding_points_into_the_document_and_says_how_to_see_it_again(lookalike: Run) -> None:
    with package.serve(Saboteur(_break_type, _same)) as running:
        result = lookalike(
            "check", "--spec", PETSTORE, "--url", running.url, "--operation", "getPetById", "--only", "answer/schema",
            "--max-cases", "5",
        )  # fmt: skip
    assert "petstore.yaml:" in result.output
    assert f"lookalike check --spec {PETSTORE} --only answer/schema --operation getPetById" in result.output


def test_a_server_is_started_with_a_document(serving: Callable[..., AbstractContextManager[Any]]) -> None:
    with serving("--spec", PETSTORE, "--port", "0", "--json") as process:
        announcement = json.loads(process.stdout.readline())
        assert list(announcement["apis"]) == ["petstore"]
        about = announcement["apis"]["petstore"]
        assert about["credentials"] == {"petstore_auth": "lookalike-demo-token", "api_key": "lookalike-demo-key"}
        headers = {"authorization": "Bearer lookalike-demo-token"}
        assert httpx.get(f"{announcement['url']}/pet/7", headers=headers).json()["name"] == "doggie"
        empty = httpx.delete(f"{announcement['url']}/pet/7", headers=headers)
        assert (empty.status_code, empty.content, "content-type" in empty.headers) == (200, b"", False)


def test_documents_stand_beside_our_own(lookalike: Run) -> None:
    ids = [api["id"] for api in json.loads(lookalike("apis", "--spec", PETSTORE, "--spec", TICTACTOE, "--json").stdout)]
    assert ids == ["petstore", "tictactoe"]
    assert "petstore" not in [api["id"] for api in json.loads(lookalike("apis", "--json").stdout)]


def test_situations_of_a_document_are_listed(lookalike: Run) -> None:
    found = {each["id"]: each for each in json.loads(lookalike("situations", "--spec", PETSTORE, "--json").stdout)}
    assert found["petstore/404"]["status"] == 404
    assert found["petstore/404"]["message"] == "Pet not found"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", ["serve", "check", "apis", "situations"])
@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gone.yaml", None, "Error: gone.yaml: no such file\n"),
        ("old.yaml", "swagger: '2.0'", "Error: old.yaml: is Swagger 2.0, which is not read: convert it to OpenAPI 3 first\n"),
        ("tmapi.yaml", "{openapi: 3.1.0, paths: {/: {get: {responses: {'200': {}}}}}}", "Error: tmapi.yaml: its id 'tmapi' is taken by lookalike; name the file otherwise\n"),
    ],
)  # fmt: skip
def test_a_wrong_document_is_one_line_and_exit_2(
    command: str, name: str, text: str | None, message: str, lookalike: Run
) -> None:
    if text is not None:
        Path(name).write_text(text)
    result = lookalike(command, "--spec", name)
    assert (result.exit_code, result.stderr) == (2, message)


def test_two_documents_of_one_id_are_told(lookalike: Run, tmp_path: Path) -> None:
    other = shutil.copy(PETSTORE, tmp_path / "petstore.yaml")
    result = lookalike("apis", "--spec", PETSTORE, "--spec", str(other))
    assert result.exit_code == 2
    assert result.stderr == f"Error: {other} and {PETSTORE} are both called 'petstore'; rename one of the files\n"


def test_what_cannot_be_served_is_said_on_stderr(lookalike: Run, tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text("{openapi: 3.1.0, paths: {/: {get: {}}}}")
    result = lookalike("apis", "--spec", str(path))
    assert result.exit_code == 0
    assert result.stderr == f"{path}: #/paths/~1/get: documents no response; it is answered 200, without a body\n"


def test_a_folder_with_an_api_is_imported(lookalike: Run, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    shutil.copy(str(files("lookalike_specs.apis") / "hiobuy" / "openapi.yaml"), folder / "openapi.yaml")
    result = lookalike("apis", "--import", str(folder), "--json")
    assert "acme" in [api["id"] for api in json.loads(result.stdout)]


def test_a_module_that_cannot_be_imported_is_one_line(lookalike: Run) -> None:
    result = lookalike("serve", "--import", "lookalike_no_such_module")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: module 'lookalike_no_such_module': cannot be imported: "
        "ModuleNotFoundError: No module named 'lookalike_no_such_module'\n"
    )


def test_the_real_server_of_a_document_is_asked_with_live_alone(lookalike: Run) -> None:
    result = lookalike("check", "--spec", PETSTORE, "--url", "https://petstore3.swagger.io/api/v3")
    assert result.exit_code == 2
    assert "petstore3.swagger.io" in result.stderr
    assert "--live" in result.stderr


def test_python_serves_a_document_too() -> None:
    with package.serve(spec=PETSTORE) as running:
        reply = httpx.get(f"{running.url}/store/inventory", headers={"api_key": "lookalike-demo-key"})
    assert all(isinstance(count, int) for count in reply.json().values())
    transport = package.transport(load_spec_file(TICTACTOE))
    with httpx.Client(transport=transport, base_url="http://x") as client:
        assert client.get("/board", headers={"api-key": "lookalike-demo-key"}).json()["winner"] == "."


@pytest.mark.slow
def test_the_program_itself_serves_and_judges_a_document() -> None:
    command = [sys.executable, "-m", "lookalike", "check", "--spec", TICTACTOE, "--only", "request", "--max-cases", "1"]
    process = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (process.returncode, "0 errors" in process.stdout) == (0, True), process.stdout + process.stderr


def test_situations_and_sign_take_a_document_too(lookalike: Run) -> None:
    named = lookalike("situations", "--spec", PETSTORE, "petstore/404", "--json")
    assert [situation["id"] for situation in json.loads(named.stdout)] == ["petstore/404"]
    every = lookalike("situations", "--spec", PETSTORE, "--json")
    assert {situation["id"].partition("/")[0] for situation in json.loads(every.stdout)} == {"petstore"}
    signed = lookalike("sign", "petstore", "--spec", PETSTORE, "--json")
    assert json.loads(signed.stdout)["api"] == "petstore"

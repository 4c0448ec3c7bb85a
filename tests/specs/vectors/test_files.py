"""The files of vectors: what their schema says, that they are made anew the same, and what the loader refuses."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lookalike_specs import SpecError, list_api_ids, load_api, vectors
from lookalike_specs.signing import SCHEMES, STAGE_NAMES, Stages, canonical, daji

HOME = Path(__file__).parents[3]
FOLDER = HOME / "specs/lookalike_specs/vectors"
SCHEMA = json.loads((FOLDER / vectors.SCHEMA_FILE).read_text("utf-8"))
VALID = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
CASES = [(name, group, vector) for name in vectors.list_schemes() for group, vector in vectors.load_suite(name).cases]
# what no request can bring about: the first scheme of an operation speaks for the others, and a list of signed headers
# without a key is malformed
NEVER = {("acs3", "missing-key"), ("acs-roa", "missing-key"), ("acs-roa", "missing-signature")}
every_scheme = pytest.mark.parametrize("scheme", vectors.list_schemes())


def document(scheme: str) -> Any:
    return json.loads(vectors.read_suite_file(scheme))


# what travels as it is
UNSIGNED = {"key", "bearer", "basic", "none", "all", "daji-secret"}


def test_every_scheme_that_signs_has_vectors_and_no_other() -> None:
    assert set(vectors.list_schemes()) == {name for name, scheme in SCHEMES.items() if scheme.has_signature}
    assert {scheme for scheme, proof in SCHEMES.items() if not proof.secret_name} == UNSIGNED - {"daji-secret"}
    assert {name for name, scheme in SCHEMES.items() if not scheme.has_signature} == UNSIGNED


@pytest.mark.exhaustive(2)
@every_scheme
def test_the_schema_holds(scheme: str) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert list(VALID.iter_errors(document(scheme))) == []


def test_making_them_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "scripts.vectors", tmp_path], cwd=HOME, check=True, timeout=120)
    assert {path.stem for path in tmp_path.iterdir()} == set(vectors.list_schemes())
    for name in vectors.list_schemes():
        assert (tmp_path / f"{name}.json").read_bytes() == vectors.read_suite_file(name), (
            f"run python -m scripts.vectors for {name}"
        )


@every_scheme
def test_there_are_enough_of_both_kinds(scheme: str) -> None:
    results = [vector.result for _, vector in vectors.load_suite(scheme).cases]
    assert min(results.count("valid"), results.count("invalid")) >= 15


@every_scheme
def test_every_kind_of_refusal_has_a_vector(scheme: str) -> None:
    schemes = {
        security.extension.scheme: security
        for api in list_api_ids()
        for operation in load_api(api).operations
        for security in operation.schemes
    }
    table = schemes[scheme].extension.errors
    refusals = {vector.error.refusal for _, vector in vectors.load_suite(scheme).cases if vector.error}
    assert refusals == {kind for kind in table if (scheme, kind) not in NEVER}


@every_scheme
def test_comments_tell_tests_of_a_group_apart(scheme: str) -> None:
    for group in vectors.load_suite(scheme).test_groups:
        comments = [vector.comment for vector in group.tests]
        assert len(set(comments)) == len(comments)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("scheme", "group", "vector"), CASES, ids=[f"{n}-{v.tc_id}" for n, _, v in CASES])
def test_the_stages_are_ours(scheme: str, group: vectors.VectorGroup, vector: vectors.Vector) -> None:
    if not vector.stages:
        return
    request = vectors.to_request(vector.request)
    secret = group.credentials[SCHEMES[scheme].secret_name]
    stages: object = SCHEMES[scheme].recompute_stages(request, secret)
    if scheme == daji.NAME:
        stages = daji.compute_stages(canonical.decode_parameters(request), secret, reveal=True)
    assert isinstance(stages, Stages)
    assert {step.name: step.value for step in stages.steps} == vector.stages
    assert tuple(vector.stages) == STAGE_NAMES
    assert (SCHEMES[scheme].read_signature(request) == stages.signature) == (vector.result == "valid")


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("scheme", "vector"), [(name, vector) for name, _, vector in CASES if vector.sign], ids=lambda value: str(value)[:9]
)
def test_what_is_to_be_signed_lacks_the_signature_alone(scheme: str, vector: vectors.Vector) -> None:
    assert vector.sign is not None
    unsigned, signed = vectors.to_request(vector.sign.request), vectors.to_request(vector.request)
    assert SCHEMES[scheme].read_signature(unsigned) is None
    raw = [b"".join((r.query, r.body, *(n + v for n, v in r.headers))) for r in (unsigned, signed)]
    assert len(raw[0]) < len(raw[1])
    for part in (vector.sign.timestamp, vector.sign.nonce):
        assert part.encode() in raw[0].replace(b"%3A", b":")


Edit = Callable[[Any], object]
TEST = ("testGroups", 0, "tests", 0)


def at(path: tuple[str | int, ...], key: str, value: object) -> Edit:
    """Set a key of the object at that path; None takes it away."""

    def edit(whole: Any) -> None:
        for step in path:
            whole = whole[step]
        if value is None:
            del whole[key]
        else:
            whole[key] = value

    return edit


BOTH = {
    "unknown-key": at((), "more", 1),
    "unknown-key-of-a-test": at(TEST, "more", 1),
    "unknown-key-of-a-request": at((*TEST, "request"), "more", 1),
    "unknown-result": at(TEST, "result", "acceptable"),
    "unknown-bug-type": at(("notes", "Plain"), "bugType", "ANNOYANCE"),
    "unknown-confirmer": at(TEST, "confirmedBy", ["hearsay"]),
    "unknown-stage": at((*TEST, "stages"), "stringToSign", "x"),
    "no-provenance": at((), "provenance", None),
    "no-confirmation": at(TEST, "confirmedBy", None),
    "valid-with-an-error": at(TEST, "error", {"refusal": "mismatch", "id": "x", "status": 400, "code": 1}),
    "invalid-without-an-error": at(TEST, "result", "invalid"),
    "valid-without-stages": at(TEST, "stages", None),
    "two-bodies": at((*TEST, "request"), "status", "x"),
}
LOADER = {
    "miscounted": at((), "numberOfTests", 1),
    "of-another-scheme": at((), "scheme", "acs3"),
    "misnumbered": at(TEST, "tcId", 2),
    "a-flag-without-a-note": at(TEST, "flags", ["Nowhere"]),
    "a-note-without-a-flag": at(("notes",), "Unused", {"bugType": "BASIC", "description": "x", "provenance": {"kind": "invented", "source": "x"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", BOTH)
def test_schema_and_loader_refuse(name: str) -> None:
    changed = document("daji-md5")
    BOTH[name](changed)
    assert list(VALID.iter_errors(changed))
    with pytest.raises(SpecError, match=r"^vectors/daji-md5: "):
        vectors.parse_suite("daji-md5", json.dumps(changed).encode())


@pytest.mark.parametrize("name", LOADER)
def test_the_loader_refuses(name: str) -> None:
    changed = document("daji-md5")
    LOADER[name](changed)
    with pytest.raises(SpecError, match=r"^vectors/daji-md5: "):
        vectors.parse_suite("daji-md5", json.dumps(changed).encode())


def test_a_scheme_without_vectors() -> None:
    with pytest.raises(
        vectors.UnknownVectors, match=r"no vectors of 'key'; known: acs-roa, acs-rpc, acs3, daji-md5, oss"
    ):
        vectors.load_suite("key")


def test_a_request_is_read_as_it_was_written() -> None:
    for _, _, vector in CASES:
        request = vectors.to_request(vector.request)
        assert vectors.to_request(vectors.from_request(request)) == request


def test_the_readme_names_every_key_and_word() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    words: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            words.update(node.get("properties", {}))
            words.update(word for word in node.get("enum", ()) if isinstance(word, str))
            for inside in node.values():
                walk(inside)
        elif isinstance(node, list):
            for inside in node:
                walk(inside)

    walk(SCHEMA)
    assert [word for word in sorted(words) if f"`{word}`" not in text] == []

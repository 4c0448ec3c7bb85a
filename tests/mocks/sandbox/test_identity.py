"""A sandbox's name travels in its credentials, and nobody can guess them."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_mocks.sandbox.identity import (
    SandboxName,
    create_token,
    find_sandbox_name,
    format_as_uuid,
    parse_sandbox_name,
)
from lookalike_specs import list_api_ids, load_api

NAMES = st.builds(
    SandboxName, st.integers(0, 2**16 - 1), st.integers(1, 255), st.integers(1, 255), st.integers(1, 2**24 - 1)
)


@given(NAMES)
def test_a_token_names_its_sandbox(name: SandboxName) -> None:
    drawn = create_token(name)
    assert re.fullmatch(r"[0-9a-f]{30}", drawn)
    assert (
        find_sandbox_name(drawn)
        == find_sandbox_name(f"lk{drawn}")
        == find_sandbox_name(f"LTAI{drawn}")
        == find_sandbox_name(format_as_uuid(drawn))
        == name
    )


@given(NAMES)
def test_a_uuid_looks_like_one(name: SandboxName) -> None:
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}", format_as_uuid(create_token(name))
    )


@given(NAMES)
def test_a_name_is_read_as_people_see_it(name: SandboxName) -> None:
    assert parse_sandbox_name(str(name)) == name


@pytest.mark.parametrize(
    "text", ["", "demo", "9f3c", "9f3c-1-1", "9f3c-1-1-0", "9f3c-01-1-1", "9F3C-1-1-1", "9f3c-1-1-1 ", "9f3c-1-1-1\n",
             "9f3c-1-1-999999999", "9f3c-1-1-١", "x9f3c-1-1-1"],
)  # fmt: skip
def test_what_is_no_name(text: str) -> None:
    assert parse_sandbox_name(text) is None


def test_two_tokens_of_one_name_differ() -> None:
    name = SandboxName(1, 1, 1, 1)
    drawn = {create_token(name) for _ in range(1000)}
    assert len(drawn) == 1000
    assert len({each[:18] for each in drawn}) == 1


@given(NAMES, st.integers(0, 17), st.sampled_from(string.hexdigits.lower()))
def test_a_token_that_was_changed_names_nobody(name: SandboxName, at: int, digit: str) -> None:
    drawn = create_token(name)
    changed = drawn[:at] + digit + drawn[at + 1 :]
    assert find_sandbox_name(changed) == (name if changed == drawn else None)


@given(st.text())
def test_any_text_may_be_asked_for_its_name(text: str) -> None:
    assert find_sandbox_name(text) is None
    assert parse_sandbox_name(text) is None


@pytest.mark.parametrize("api", list_api_ids())
def test_nobody_who_has_an_account_is_taken_for_a_sandbox(api: str) -> None:
    for credentials, _ in load_api(api).accounts:
        assert not [value for value in credentials.values() if find_sandbox_name(value)]

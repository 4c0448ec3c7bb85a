"""Connections with one line broken, each of which its story has to see: what the machine draws too rarely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lookalike_mocks.adapters.connection import ServerConnection
from lookalike_mocks.adapters.connection_state import State
from lookalike_mocks.adapters.connection_timer import ConnectionTimer
from lookalike_mocks.adapters.flow_control import FlowControl
from lookalike_mocks.adapters.request_reader import RequestReader

from . import test_connection_stories as stories
from . import wire
from .connection_machine import PROMISED
from .connection_mutants import ENDLESS, Patch

LAST = stories.LAST % stories.LONG


@dataclass(frozen=True)
class StoryMutant:
    """What is wrong, and the story that fails then, with its arguments."""

    name: str
    patch: Patch
    story: Callable[..., None]
    arguments: tuple[Any, ...] = ()


def promise(**changes: Any) -> Patch:
    """Return what takes away bounds."""
    return lambda monkeypatch: monkeypatch.setattr(wire, "PROMISED", replace(PROMISED, **changes))


def ignore(owner: type, method: str) -> Patch:
    """Return what makes a method do nothing."""
    return lambda monkeypatch: monkeypatch.setattr(owner, method, lambda *_: None)


def keep_trailers(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(self: RequestReader, name: bytes, value: bytes) -> None:
        self.request.headers.append((name.lower(), value))

    monkeypatch.setattr(RequestReader, "on_header", keep)


def keep_whole_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(self: RequestReader, body: bytes) -> None:
        self.request.body_size += len(body)
        self.request.framing_size -= len(body)
        self.request.body += body

    monkeypatch.setattr(RequestReader, "on_body", keep)


def close_without_a_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    def close(self: ServerConnection) -> None:
        self._state = State.CLOSING
        self._unread.clear()
        self._timer.cancel()
        self.transport.close()

    monkeypatch.setattr(ServerConnection, "close_gently", close)


def linger_though_something_is_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    compute = ConnectionTimer.compute_seconds_left

    def compute_without_buffer(self: ConnectionTimer, state: State, *args: Any, **named: Any) -> float:
        if state is State.CLOSING:
            return self.active_at + self._limits.linger_seconds - self._loop.time()
        return compute(self, state, *args, **named)

    monkeypatch.setattr(ConnectionTimer, "compute_seconds_left", compute_without_buffer)


def stop_behind_a_full_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer 32 requests of a pipeline, and the rest when the client sends again."""
    make = ServerConnection.connection_made

    class ForgetfulLoop:
        def __init__(self, loop: Any) -> None:
            self._loop = loop

        def __getattr__(self, name: str) -> Any:
            return getattr(self._loop, name)

        def call_soon(self, callback: Callable[..., Any], *args: Any) -> None:
            """Forget it."""

    def make_forgetful(self: ServerConnection, transport: Any) -> None:
        make(self, transport)
        self.loop = ForgetfulLoop(self.loop)  # type: ignore[assignment]

    monkeypatch.setattr(ServerConnection, "connection_made", make_forgetful)


def end_once_the_response_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServerConnection, "keeps_alive", property(lambda self: not self._has_client_ended))


STORY_MUTANTS = [
    StoryMutant(
        "no body_seconds",
        promise(body_seconds=ENDLESS),
        stories.test_a_steady_body_may_take_its_whole_time_and_no_longer,
    ),
    StoryMutant(
        "neither body_seconds nor body_bytes_per_second",
        promise(body_seconds=ENDLESS, body_bytes_per_second=0.0),
        stories.test_a_body_that_drips_is_ended_whatever_it_is,
        ("of a GET", False),
    ),
    StoryMutant("no head_seconds", promise(head_seconds=ENDLESS), stories.test_a_head_that_drips_is_ended, (0.5,)),
    StoryMutant(
        "no body_bytes_per_second",
        promise(body_bytes_per_second=0.0),
        stories.test_a_body_below_the_least_rate_is_ended_behind_the_time_of_a_pause,
    ),
    StoryMutant(
        "no response_bytes_per_second",
        promise(response_bytes_per_second=0.0),
        stories.test_a_reader_of_its_last_response_that_is_below_the_least_rate_is_ended,
        (False,),
    ),
    StoryMutant(
        "writing goes on though nobody reads",
        ignore(ServerConnection, "pause_writing"),
        stories.test_who_does_not_read_is_not_answered_further,
    ),
    StoryMutant(
        "nothing is written once a client was slow",
        ignore(ServerConnection, "resume_writing"),
        stories.test_a_client_that_reads_again_gets_what_it_asked_for_meanwhile,
    ),
    StoryMutant("trailers are kept", keep_trailers, stories.test_trailers_are_not_kept),
    StoryMutant(
        "a body beyond its limit is kept", keep_whole_bodies, stories.test_of_a_body_no_more_is_kept_than_its_limit
    ),
    StoryMutant(
        "a body that broke off stays",
        ignore(FlowControl, "count_body"),
        stories.test_a_body_that_is_over_takes_no_memory,
        ("broken off",),
    ),
    StoryMutant(
        "a body whose client left stays",
        ignore(ServerConnection, "_forget_body"),
        stories.test_a_body_that_is_over_takes_no_memory,
        ("client leaves",),
    ),
    StoryMutant(
        "a closing connection has no timer",
        close_without_a_timer,
        stories.test_a_client_that_does_not_read_its_last_response_is_ended,
        (False, LAST),
    ),
    StoryMutant(
        "a slow reader has the time of a goodbye",
        linger_though_something_is_unread,
        stories.test_a_slow_reader_of_a_short_last_response_gets_all_of_it,
        (True,),
    ),
    StoryMutant(
        "a response has the time that the last one left",
        ignore(ConnectionTimer, "resume_responses"),
        stories.test_a_response_that_was_read_leaves_its_whole_time_to_the_next,
    ),
    StoryMutant(
        "a long pipeline stops behind a full turn",
        stop_behind_a_full_turn,
        stories.test_a_pipeline_of_any_length_is_answered_though_nothing_more_is_sent,
    ),
    StoryMutant(
        "what waits is forgotten at the client's end",
        end_once_the_response_has_ended,
        stories.test_a_pipeline_that_waits_is_answered_though_its_client_has_said_its_end,
    ),
]


@pytest.mark.parametrize("mutant", STORY_MUTANTS, ids=lambda mutant: mutant.name)
def test_a_connection_with_one_line_broken_fails_its_story(
    mutant: StoryMutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant.patch(monkeypatch)
    with pytest.raises(AssertionError):
        mutant.story(*mutant.arguments)

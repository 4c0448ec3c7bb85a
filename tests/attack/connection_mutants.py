"""Connections with one thing wrong with them, each of which the machine has to see: bounds taken away, lines broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from lookalike_mocks.adapters.connection import ServerConnection
from lookalike_mocks.adapters.connection_state import State
from lookalike_mocks.adapters.flow_control import FlowControl
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.outbox import Outbox
from lookalike_mocks.adapters.request_reader import RequestReader
from lookalike_specs.messages import Request, Response

from .connection_machine import PROMISED

# no client sends as much or waits as long
ENDLESS = 10**9
Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutant:
    """What is wrong, and within how many examples the machine sees it."""

    name: str
    limits: Limits = PROMISED
    patch: Patch = lambda monkeypatch: None
    examples: int = 400


def take_away(bound: str, value: float = ENDLESS, examples: int = 400) -> Mutant:
    """Return the mutant without one of the bounds."""
    changes: dict[str, Any] = {bound: value}
    return Mutant(f"no {bound}", replace(PROMISED, **changes), examples=examples)


def answer_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    send = ServerConnection._send

    def send_twice(self: ServerConnection, request: Request, response: Response) -> None:
        send(self, request, response)
        if self._state is State.HEAD:
            send(self, request, response)

    monkeypatch.setattr(ServerConnection, "_send", send_twice)


def swap_responses(monkeypatch: pytest.MonkeyPatch) -> None:
    flush = Outbox.flush

    def flush_backwards(self: Outbox) -> None:
        self.waiting.reverse()
        flush(self)

    monkeypatch.setattr(Outbox, "flush", flush_backwards)


def overtake_slow_responses(monkeypatch: pytest.MonkeyPatch) -> None:
    respond = ServerConnection._respond

    def respond_without_waiting(self: ServerConnection, request: Request) -> None:
        respond(self, request)
        if self._state is State.ANSWERING:
            self._state = State.HEAD

    monkeypatch.setattr(ServerConnection, "_respond", respond_without_waiting)


def send_bodies_to_head(monkeypatch: pytest.MonkeyPatch) -> None:
    send = ServerConnection._send

    def send_as_to_get(self: ServerConnection, request: Request, response: Response) -> None:
        send(self, msgspec.structs.replace(request, method="GET"), response)

    monkeypatch.setattr(ServerConnection, "_send", send_as_to_get)


def end_with_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServerConnection, "eof_received", lambda self: False)


def read_on_though_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FlowControl, "pause_or_resume_reading", lambda *_: None)


def leave_the_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    lose = ServerConnection.connection_lost

    def lose_without_timer(self: ServerConnection, exc: Exception | None) -> None:
        lose(self, exc)
        self._timer.restart(1000.0)

    monkeypatch.setattr(ServerConnection, "connection_lost", lose_without_timer)


def stay_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    lose = ServerConnection.connection_lost

    def lose_and_stay(self: ServerConnection, exc: Exception | None) -> None:
        lose(self, exc)
        self.registry.connections.add(self)

    monkeypatch.setattr(ServerConnection, "connection_lost", lose_and_stay)


def never_tell_that_a_client_left(monkeypatch: pytest.MonkeyPatch) -> None:
    lose = ServerConnection.connection_lost

    def lose_in_silence(self: ServerConnection, exc: Exception | None) -> None:
        self.lost = asyncio.Event()
        lose(self, exc)

    monkeypatch.setattr(ServerConnection, "connection_lost", lose_in_silence)


def take_upgrades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RequestReader, "_reframe_body", lambda self: None)


def fail_on_long_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise in the middle of a head, as a fault of ours would."""
    respond = ServerConnection._respond

    def respond_or_raise(self: ServerConnection, request: Request) -> None:
        if request.method == "DELETE":
            raise RuntimeError("a fault of ours")
        respond(self, request)

    monkeypatch.setattr(ServerConnection, "_respond", respond_or_raise)


MUTANTS = [
    take_away("head_bytes"),
    take_away("framing_bytes"),
    take_away("body_bytes"),
    take_away("unread_bytes"),
    take_away("discarded_bytes"),
    take_away("connections"),
    take_away("head_seconds"),
    take_away("idle_seconds"),
    take_away("body_pause_seconds"),
    take_away("unread_response_seconds", examples=1500),
    take_away("linger_seconds"),
    Mutant("a request is answered twice", patch=answer_twice),
    Mutant("responses of one turn change places", patch=swap_responses, examples=1500),
    Mutant("a response overtakes a slow one", patch=overtake_slow_responses),
    Mutant("a response to HEAD has a body", patch=send_bodies_to_head),
    Mutant("the client's end ends everything", patch=end_with_the_client),
    Mutant("reading goes on though much is unread", patch=read_on_though_full),
    Mutant("a timer outlives its connection", patch=leave_the_timer),
    Mutant("a connection that has ended stays registered", patch=stay_registered),
    Mutant("a task is not told that its client left", patch=never_tell_that_a_client_left),
    Mutant("an upgrade swallows the body", patch=take_upgrades),
    Mutant("a fault of ours ends a connection", patch=fail_on_long_paths),
]

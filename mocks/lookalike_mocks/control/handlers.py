"""An exchange as people see it: as text, not endless, and without secrets."""

from __future__ import annotations

import os
from base64 import b64encode
from codecs import getincrementaldecoder
from datetime import datetime
from http import HTTPStatus
from typing import Final

from msgspec import UNSET
from starlette.responses import Response

from lookalike_specs import curl
from lookalike_specs.messages import RawHeaders

from ..catalogue.image import identify_by_url, render_jpeg
from ..exceptions import UnknownSituation
from ..mock import Mock
from ..redact import redact_entry
from ..sandbox import DEMO_SANDBOX, Sandbox
from ..sandbox.journal import JournalEntry
from ..sandbox.scheduled import MAX_SCHEDULED_SITUATIONS, ScheduledSituation
from ..sandbox.state import Quota, SettableClock
from ..situations import iter_situations
from . import models
from .models import ClockSettings
from .operation import Certificates, ControlRequest, Deferred
from .problem import ControlProblem, ProblemError

MAX_SHOWN_BYTES: Final = 16 * 1024


class JournalRenderer:
    """Shows the exchanges of one sandbox, whose APIs are at `base`; the control token is a secret too."""

    def __init__(self, sandbox: Sandbox, base: str, token: str) -> None:
        self._sandbox = sandbox
        self._base = base
        self._token = token.encode()

    def render_exchange(self, number: int, entry: JournalEntry) -> models.ExchangeView:
        """One exchange."""
        sizes = len(entry.request.body), len(entry.response.body)
        shown = redact_entry(entry, self._sandbox, (self._token,), MAX_SHOWN_BYTES)
        request = shown.request
        reply = shown.response
        asked = _render_body(request.body, sizes[0])
        answered = _render_body(reply.body, sizes[1])
        named = (b"content-type", reply.media_type.encode())
        return models.ExchangeView(
            number=number,
            timestamp=entry.timestamp,
            api=entry.api,
            situation=entry.situation,
            near_miss=shown.near_miss,
            request=models.RequestView(
                request.method, curl.build_url(request, ""), _decode_headers(request.headers), asked
            ),
            response=models.ResponseView(reply.status, _decode_headers((named, *reply.headers)), answered),
            curl=None
            if asked.truncated or asked.text is None
            else curl.build_curl_command(request, f"{self._base}/{entry.api}"),
        )


def _decode_headers(headers: RawHeaders) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _render_body(data: bytes, size: int) -> models.BodyView:
    """The first bytes of a body that had that size."""
    cut = size > MAX_SHOWN_BYTES
    try:
        # what was cut may end in the middle of a character
        return models.BodyView(size, text=getincrementaldecoder("utf-8")().decode(data, not cut), truncated=cut)
    except UnicodeDecodeError:
        return models.BodyView(size, base64=b64encode(data).decode("ascii"), truncated=cut)


def list_situations(ask: ControlRequest) -> models.SituationList:
    """Every situation of the served APIs, and what brings it."""
    return models.SituationList(
        [found for service in ask.mock.services.values() for found in iter_situations(service.api)]
    )


def list_scheduled_situations(ask: ControlRequest) -> models.ScheduledSituationList:
    """What still waits in a sandbox."""
    return models.ScheduledSituationList(ask.sandbox.state.scheduled_situations.list_pending())


def add_situation(ask: ControlRequest) -> models.ScheduledSituationList:
    """Bring a situation in the next answers of its API."""
    found = ask.sandbox
    require_known_situation(ask.mock, ask.body, "$.situation")
    schedule_situation(found, ask.body)
    return models.ScheduledSituationList(found.state.scheduled_situations.list_pending())


def cancel_situations(ask: ControlRequest) -> models.CancelledSituations:
    """Bring a situation no longer, or none."""
    found = ask.sandbox
    which = ask.query.situation
    if which is UNSET:
        return models.CancelledSituations(found.state.scheduled_situations.cancel())
    require_known_situation(ask.mock, ScheduledSituation(which), "$.situation")
    return models.CancelledSituations(found.state.scheduled_situations.cancel(which))


def require_known_situation(mock: Mock, demand: ScheduledSituation, at: str) -> None:
    """Raises Wrong where nothing that is served can be in that situation."""
    every = tuple(mock.sandboxes.demo.iter_situations())
    if demand.situation not in every:
        told = str(UnknownSituation(demand.situation[:100], every))
        raise ProblemError(422, ControlProblem(error=told, json_path=at, allowed=list(every)))


def schedule_situation(sandbox: Sandbox, demand: ScheduledSituation) -> None:
    """Have it wait. Raises Wrong when too many do."""
    try:
        sandbox.schedule(demand)
    except OverflowError as full:
        told = f"{MAX_SCHEDULED_SITUATIONS} situations wait already; DELETE takes them back"
        raise ProblemError(409, ControlProblem(error=told, sandbox=sandbox.name)) from full


def create_sandbox(ask: ControlRequest) -> models.SandboxView:
    """A new sandbox, as it was wished for; nothing is made of a wish that cannot be fulfilled."""
    wish = ask.body
    for number, each in enumerate(wish.situations):
        require_known_situation(ask.mock, each, f"$.situations[{number}].situation")
    made = ask.mock.create_sandbox(seed=wish.seed, size=wish.size, quota=wish.quota)
    _set_clock(made.clock, wish.clock or ClockSettings())
    for each in wish.situations:
        schedule_situation(made, each)
    return _build_sandbox_view(ask, made)


def list_sandboxes(ask: ControlRequest) -> models.SandboxList:
    """Every sandbox of this worker."""
    return models.SandboxList(
        [models.SandboxSummary(each.name, each.state.seed, each.state.size) for each in ask.mock.sandboxes]
    )


def get_sandbox(ask: ControlRequest) -> models.SandboxView:
    """One sandbox."""
    return _build_sandbox_view(ask, ask.sandbox)


def change_sandbox(ask: ControlRequest) -> models.SandboxView:
    """A sandbox with another seed, quota or clock."""
    found = ask.sandbox
    wish = ask.body
    if wish.seed is not UNSET:
        found.state.reseed(wish.seed)
    if wish.quota is not UNSET:
        found.state.quota = wish.quota or Quota()
    if wish.clock is not UNSET:
        _set_clock(found.clock, wish.clock)
    return _build_sandbox_view(ask, found)


def delete_sandbox(ask: ControlRequest) -> None:
    """Forget a sandbox."""
    if ask.sandbox.name == DEMO_SANDBOX:
        raise ProblemError(
            409, ControlProblem(error="the demo accounts' sandbox stays; POST to its `reset` forgets what happened")
        )
    ask.mock.sandboxes.remove(ask.resource_name)


def reset_sandbox(ask: ControlRequest) -> None:
    """Forget what happened in a sandbox."""
    ask.sandbox.state.reset()


def _set_clock(watch: SettableClock, wish: ClockSettings | None) -> None:
    """Set a clock; None is the real time."""
    if wish is None:
        watch.reset()
    elif wish.now is not None or not wish.running:
        now = wish.now.timestamp() if isinstance(wish.now, datetime) else wish.now
        watch.set(watch() if now is None else now, runs=wish.running)


def _build_sandbox_view(ask: ControlRequest, found: Sandbox) -> models.SandboxView:
    world = found.state
    return models.SandboxView(
        id=found.name,
        base_url=ask.base_url,
        apis={api: models.ApiAccess(ask.base_url, dict(names)) for api, names in found.credentials.items()},
        seed=world.seed,
        size=world.size,
        quota=world.quota,
        clock=models.ClockState(world.clock(), world.clock.is_running),
        situations=world.scheduled_situations.list_pending(),
        journal=models.JournalSize(len(world.journal), world.journal.dropped),
    )


def get_journal(ask: ControlRequest) -> Deferred:
    """The exchanges of a sandbox, and its notes."""
    sandbox = ask.sandbox
    page = ask.query
    journal = sandbox.journal
    since = 0 if page.since is UNSET else page.since
    newer = [pair for pair in journal.numbered_entries if pair[0] > since]
    chosen = newer[-page.limit :] if page.since is UNSET else newer[: page.limit]
    last = chosen[-1][0] if chosen else since
    notes = [models.NoteView(note.timestamp, note.text) for note in journal.notes]
    dropped = journal.dropped
    show = JournalRenderer(sandbox, ask.base_url, ask.context.token).render_exchange
    return Deferred(lambda: models.JournalPage([show(number, entry) for number, entry in chosen], last, dropped, notes))


def clear_journal(ask: ControlRequest) -> None:
    """Forget the exchanges of a sandbox, and its notes."""
    ask.sandbox.journal.clear()


def get_certificate_authority(ask: ControlRequest) -> models.CertificateAuthority:
    """The CA that a client has to trust."""
    return models.CertificateAuthority(_require_tls(ask).ca)


def set_wrong_certificate(ask: ControlRequest) -> None:
    """Present the wrong one."""
    _require_tls(ask).present_wrong(ask.body.times)


def set_right_certificate(ask: ControlRequest) -> None:
    """Present the right one again."""
    _require_tls(ask).present_right()


def _require_tls(ask: ControlRequest) -> Certificates:
    """Raises Wrong where there is none."""
    if ask.context.tls is None:
        raise ProblemError(
            HTTPStatus.CONFLICT, ControlProblem(error="this server does not answer https: see --tls-ca, or tls=True")
        )
    return ask.context.tls


def get_health(ask: ControlRequest) -> models.Health:
    """Whether the server answers."""
    place = ask.mock.sandboxes.identity
    return models.Health("ok", sorted(ask.mock.services), place.worker, place.generation, os.getpid())


def get_image(ask: ControlRequest) -> Response:
    """The picture of a catalogue product, by the name that an answer gives it."""
    found = identify_by_url(ask.resource_name).product_index
    if found is None:
        raise ProblemError(404, ControlProblem(error="no picture of the catalogue has that name"))
    return Response(render_jpeg(found), media_type="image/jpeg")

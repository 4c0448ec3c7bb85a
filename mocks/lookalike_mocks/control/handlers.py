"""What each operation of the control API does: one handler each, in the order of the table in `operations`."""

from __future__ import annotations

import os
from base64 import b64encode
from codecs import getincrementaldecoder
from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec
from msgspec import UNSET
from starlette.responses import Response

from lookalike_specs import curl
from lookalike_specs.answer_edits import AnswerEdits
from lookalike_specs.messages import RawHeaders

from ..catalogue.identicon import render_jpeg
from ..catalogue.image import identify_by_url
from ..exceptions import ImpossibleSituation, UnknownOperation, UnknownSituation
from ..memory.caches import CACHES
from ..mock import Mock
from ..redact import redact_entry
from ..sandbox import DEMO_SANDBOX, Sandbox
from ..sandbox.journal import JournalEntry
from ..sandbox.scheduled import MAX_SCHEDULED_SITUATIONS, ScheduledSituation
from ..sandbox.state import Quota, SettableClock
from ..situations import iter_situations
from ..weather import Weather
from . import models
from .models import ClockSettings
from .operation import Certificates, ControlRequest, Deferred
from .problem import ControlProblem, ProblemError

MAX_SHOWN_BYTES: Final = 16 * 1024
MAX_QUOTED_SITUATION: Final = 100
DEMO_STAYS_ERROR: Final = "the demo accounts' sandbox stays; POST to its `reset` forgets what happened"
NO_TLS_ERROR: Final = "this server does not answer https: see --tls-ca, or tls=True"


# --- open to everybody ---


def get_health(request: ControlRequest) -> models.Health:
    """Return which process answers, for which APIs, and how much memory requests have left it with."""
    mock = request.mock
    identity = mock.sandboxes.identity
    return models.Health(
        "ok", sorted(mock.services), identity.worker, identity.generation, os.getpid(), _describe_memory(request)
    )


def _describe_memory(request: ControlRequest) -> models.MemoryHealth:
    mock = request.mock
    for sandbox in mock.sandboxes:
        # time gives back, too, and nobody may have asked meanwhile
        sandbox.state.forget_expired()
    limits = mock.memory.limits
    sandboxes = models.MemoryUse(mock.memory.used, limits.sandboxes_bytes, mock.memory.used_by_kind)
    caches = models.MemoryUse(CACHES.used, CACHES.limit, CACHES.used_by_kind)
    used = sandboxes.used + caches.used
    limit = sandboxes.limit + caches.limit
    bodies = None
    if request.measure_bodies is not None:
        body_bytes, max_body_bytes = request.measure_bodies()
        bodies = models.MemoryUse(body_bytes, max_body_bytes, {"requests": body_bytes})
        used += body_bytes
        limit += max_body_bytes
    return models.MemoryHealth(used, limit, sandboxes=sandboxes, caches=caches, bodies=bodies)


def get_image(request: ControlRequest) -> Response:
    """Return the JPEG of a catalogue product, by the name that ends its URL in a response. Raise ProblemError."""
    product_index = identify_by_url(request.resource_name).product_index
    if product_index is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, ControlProblem(error="no image of the catalogue has that name"))
    return Response(render_jpeg(product_index), media_type="image/jpeg")


# --- sandboxes ---


def create_sandbox(request: ControlRequest) -> models.SandboxView:
    """Create a sandbox with the given settings. Raise ProblemError."""
    new = request.body
    # everything is checked before anything is made, so that a refused request leaves no sandbox behind
    for index, scheduled in enumerate(new.situations):
        require_known_situation(request.mock, scheduled, f"$.situations[{index}]")
    sandbox = request.mock.create_sandbox(seed=new.seed, size=new.size, quota=new.quota)
    _set_clock(sandbox.clock, new.clock or ClockSettings())
    sandbox.state.set_weather(new.weather)
    for scheduled in new.situations:
        schedule_situation(sandbox, scheduled)
    return _build_sandbox_view(request, sandbox)


def list_sandboxes(request: ControlRequest) -> models.SandboxList:
    """Return every sandbox of this worker, without credentials."""
    return models.SandboxList(
        [
            models.SandboxSummary(sandbox.name, sandbox.state.seed, sandbox.state.size)
            for sandbox in request.mock.sandboxes
        ]
    )


def get_sandbox(request: ControlRequest) -> models.SandboxView:
    """Return one sandbox with its credentials."""
    return _build_sandbox_view(request, request.sandbox)


def change_sandbox(request: ControlRequest) -> models.SandboxView:
    """Change those of seed, quota, clock and weather that the body names; null takes any of the last three away."""
    sandbox = request.sandbox
    change = request.body
    if change.seed is not UNSET:
        sandbox.state.set_seed(change.seed)
    if change.quota is not UNSET:
        sandbox.state.quota = change.quota or Quota()
    if change.clock is not UNSET:
        _set_clock(sandbox.clock, change.clock)
    if change.weather is not UNSET:
        sandbox.state.set_weather(change.weather or Weather())
    return _build_sandbox_view(request, sandbox)


def delete_sandbox(request: ControlRequest) -> None:
    """Delete a sandbox. Raise ProblemError for that of the demo accounts."""
    if request.sandbox.name == DEMO_SANDBOX:
        raise ProblemError(HTTPStatus.CONFLICT, ControlProblem(error=DEMO_STAYS_ERROR))
    request.mock.sandboxes.remove(request.resource_name)


def reset_sandbox(request: ControlRequest) -> None:
    """Forget what happened in a sandbox; its settings and credentials stay."""
    request.sandbox.state.reset()


def _set_clock(clock: SettableClock, settings: ClockSettings | None) -> None:
    """Set a clock; None is the real time."""
    if settings is None:
        clock.reset()
        return
    if settings.now is None and settings.running:
        return
    now = settings.now
    if now is None:
        now = clock()
    elif isinstance(now, datetime):
        now = now.timestamp()
    clock.set(now, runs=settings.running)


def _build_sandbox_view(request: ControlRequest, sandbox: Sandbox) -> models.SandboxView:
    state = sandbox.state
    return models.SandboxView(
        id=sandbox.name,
        base_url=request.base_url,
        apis={
            api: models.ApiAccess(request.base_url, dict(credentials))
            for api, credentials in sandbox.credentials.items()
        },
        seed=state.seed,
        size=state.size,
        quota=state.quota,
        clock=models.ClockState(state.clock(), state.clock.is_running),
        weather=state.weather,
        situations=state.scheduled_situations.list_pending(),
        journal=models.JournalSize(len(state.journal), state.journal.dropped),
        memory=models.MemoryUse(state.memory.used, state.memory.limits.sandbox_bytes, dict(state.memory.used_by_kind)),
    )


# --- scheduled situations ---


def list_scheduled_situations(request: ControlRequest) -> models.ScheduledSituationList:
    """Return the situations that the sandbox's next responses will be in."""
    return models.ScheduledSituationList(request.sandbox.state.scheduled_situations.list_pending())


def add_situation(request: ControlRequest) -> models.ScheduledSituationList:
    """Schedule a situation for the next responses of its API. Raise ProblemError."""
    sandbox = request.sandbox
    require_known_situation(request.mock, request.body, "$")
    schedule_situation(sandbox, request.body)
    return models.ScheduledSituationList(sandbox.state.scheduled_situations.list_pending())


def cancel_situations(request: ControlRequest) -> models.CancelledSituations:
    """Cancel one scheduled situation, or all. Raise ProblemError."""
    scheduled_situations = request.sandbox.state.scheduled_situations
    situation = request.query.situation
    if situation is UNSET:
        return models.CancelledSituations(scheduled_situations.cancel())
    require_known_situation(request.mock, ScheduledSituation(situation), "$")
    return models.CancelledSituations(scheduled_situations.cancel(situation))


def edit_answers(request: ControlRequest) -> AnswerEdits:
    """Change the sandbox's good answers from now on; no edits leave them as they are. Raise ProblemError."""
    sandbox = request.sandbox
    body = request.body
    try:
        sandbox.edit_answers(body.edits, operation=body.operation[:MAX_QUOTED_SITUATION])
    except UnknownOperation as error:
        raise _build_situation_problem(error, "$.operation", error.known) from error
    except ValueError as error:
        problem = ControlProblem(error=str(error), json_path="$.edits")
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, problem) from error
    return sandbox.state.answer_edits


def require_known_situation(mock: Mock, scheduled: ScheduledSituation, json_path: str) -> None:
    """Raise ProblemError (422) for a situation that no served API can be in, and for an operation that cannot be.

    `json_path` is where the scheduled situation stands in what was sent.
    """
    # cut, as it comes back in the problem
    quoted = msgspec.structs.replace(
        scheduled,
        situation=scheduled.situation[:MAX_QUOTED_SITUATION],
        operation=scheduled.operation[:MAX_QUOTED_SITUATION],
    )
    try:
        mock.sandboxes.demo.require_possible(quoted)
    except UnknownSituation as error:
        raise _build_situation_problem(error, f"{json_path}.situation", error.known) from error
    except UnknownOperation as error:
        raise _build_situation_problem(error, f"{json_path}.operation", error.known) from error
    except ImpossibleSituation as error:
        raise _build_situation_problem(error, f"{json_path}.operation", error.possible) from error


def _build_situation_problem(error: Exception, json_path: str, allowed: tuple[str, ...]) -> ProblemError:
    problem = ControlProblem(error=str(error), json_path=json_path, allowed=list(allowed))
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, problem)


def schedule_situation(sandbox: Sandbox, scheduled: ScheduledSituation) -> None:
    """Schedule a situation in a sandbox. Raise ProblemError (409) when too many are."""
    try:
        sandbox.schedule(scheduled)
    except OverflowError as error:
        message = f"{MAX_SCHEDULED_SITUATIONS} situations are scheduled already; DELETE cancels them"
        raise ProblemError(HTTPStatus.CONFLICT, ControlProblem(error=message, sandbox=sandbox.name)) from error


# --- the journal ---


def get_journal(request: ControlRequest) -> Deferred:
    """Return a page of a sandbox's exchanges, redacted, and all of its notes."""
    sandbox = request.sandbox
    query = request.query
    journal = sandbox.journal
    since = 0 if query.since is UNSET else query.since
    newer = [(number, entry) for number, entry in journal.numbered_entries if number > since]
    if query.since is UNSET:
        chosen = newer[-query.limit :]
    else:
        chosen = newer[: query.limit]
    last_number = chosen[-1][0] if chosen else since
    notes = [models.NoteView(note.timestamp, note.text) for note in journal.notes]
    dropped = journal.dropped
    renderer = JournalRenderer(sandbox, request.base_url, request.context.token)

    # The entries were taken out above, on the loop's thread; what is deferred only reads frozen ones. So a request
    # that comes in meanwhile can neither change this page nor have to wait for it.
    def render_page() -> models.JournalPage:
        entries = [renderer.render_exchange(number, entry) for number, entry in chosen]
        return models.JournalPage(entries, last_number, dropped, notes)

    return Deferred(render_page)


def clear_journal(request: ControlRequest) -> None:
    """Forget the exchanges of a sandbox, and its notes."""
    request.sandbox.journal.clear()


class JournalRenderer:
    """Renders the exchanges of one sandbox, whose APIs are at `base_url`; the control token is a secret too."""

    def __init__(self, sandbox: Sandbox, base_url: str, token: str) -> None:
        self._sandbox = sandbox
        self._base_url = base_url
        self._token = token.encode()

    def render_exchange(self, number: int, entry: JournalEntry) -> models.ExchangeView:
        """Return one exchange as text, its bodies cut to MAX_SHOWN_BYTES, its secrets redacted."""
        redacted_entry = redact_entry(entry, self._sandbox, (self._token,), MAX_SHOWN_BYTES)
        request = redacted_entry.request
        response = redacted_entry.response
        request_body = _render_body(request.body, len(entry.request.body))
        content_type = (b"content-type", response.media_type.encode())
        curl_command = None
        # a command that sent half of a body, or what a shell cannot write, would not send the request again
        if request_body.text is not None and not request_body.truncated:
            # what was no API's has its path as it came
            base_url = f"{self._base_url}/{entry.api}".rstrip("/")
            curl_command = curl.build_curl_command(request, base_url)
        return models.ExchangeView(
            number=number,
            timestamp=entry.timestamp,
            api=entry.api,
            operation=entry.operation,
            situation=entry.situation,
            near_miss=redacted_entry.near_miss,
            why=redacted_entry.why,
            request=models.RequestView(
                method=request.method,
                url=curl.build_url(request, ""),
                headers=_decode_headers(request.headers),
                body=request_body,
            ),
            response=models.ResponseView(
                status=response.status,
                headers=_decode_headers((content_type, *response.headers)),
                body=_render_body(response.body, len(entry.response.body)),
            ),
            curl=curl_command,
        )


def _decode_headers(headers: RawHeaders) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _render_body(data: bytes, size: int) -> models.BodyView:
    """Return the first bytes of a body of `size` bytes: as text where they are UTF-8, or else as Base64."""
    is_truncated = size > MAX_SHOWN_BYTES
    # a cut may fall into the middle of a character, which an incremental decoder leaves out unless it is the end
    decoder = getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(data, not is_truncated)
    except UnicodeDecodeError:
        return models.BodyView(size, base64=b64encode(data).decode("ascii"), truncated=is_truncated)
    return models.BodyView(size, text=text, truncated=is_truncated)


# --- the server: its situations and its certificate ---


def list_situations(request: ControlRequest) -> models.SituationList:
    """Return every situation of the served APIs, and what brings it about."""
    return models.SituationList(
        [situation for service in request.mock.services.values() for situation in iter_situations(service.api)]
    )


def get_certificate_authority(request: ControlRequest) -> models.CertificateAuthority:
    """Return the CA that a client has to trust. Raise ProblemError (409) without TLS."""
    return models.CertificateAuthority(_require_tls(request).ca)


def set_wrong_certificate(request: ControlRequest) -> None:
    """Present the wrong certificate in the next handshakes. Raise ProblemError (409) without TLS."""
    _require_tls(request).present_wrong(request.body.times)


def set_right_certificate(request: ControlRequest) -> None:
    """Present the right certificate again. Raise ProblemError (409) without TLS."""
    _require_tls(request).present_right()


def _require_tls(request: ControlRequest) -> Certificates:
    if request.context.tls is None:
        raise ProblemError(HTTPStatus.CONFLICT, ControlProblem(error=NO_TLS_ERROR))
    return request.context.tls

"""The operations of the control API: one table that the server, the access guard and the OpenAPI document all read."""

from __future__ import annotations

from typing import Any, Final

from lookalike_specs.answer_edits import AnswerEdits

from ..sandbox.scheduled import ScheduledSituation
from . import handlers, models, openapi
from .models import JournalQuery, NewSandbox, SandboxChange, SituationQuery, WrongCertificateRequest
from .operation import ControlOperation, ControlRequest

SANDBOX_PATH: Final = "sandboxes/{id}"
IMAGE_MEDIA_TYPE: Final = "image/jpeg"


def _get_openapi_document(request: ControlRequest) -> dict[str, Any]:
    # not in handlers.py, as it reads the very table that names the handlers
    return openapi.build_openapi(OPERATIONS, request.mock)


OPERATIONS: Final[tuple[ControlOperation, ...]] = (
    # Open to everybody: container probes, code generators and browsers have no token.
    ControlOperation(
        method="GET",
        path="health",
        operation_id="getHealth",
        summary="Show that the server answers",
        handler=handlers.get_health,
        response_type=models.Health,
        query_type=None,
        is_open=True,
    ),
    ControlOperation(
        method="GET",
        path="openapi.json",
        operation_id="getOpenapiDocument",
        summary="Show this document",
        handler=_get_openapi_document,
        response_type=dict[str, Any],
        query_type=None,
        is_open=True,
    ),
    ControlOperation(
        method="GET",
        path="images/{name:path}",
        operation_id="getImage",
        summary="Show an image of the catalogue",
        handler=handlers.get_image,
        response_type=bytes,
        query_type=None,
        is_open=True,
        media_type=IMAGE_MEDIA_TYPE,
        problem_statuses=(404,),
    ),
    # Sandboxes.
    ControlOperation(
        method="POST",
        path="sandboxes",
        operation_id="createSandbox",
        summary="Create a sandbox",
        handler=handlers.create_sandbox,
        body_type=NewSandbox,
        status=201,
        response_type=models.SandboxView,
    ),
    ControlOperation(
        method="GET",
        path="sandboxes",
        operation_id="listSandboxes",
        summary="List the sandboxes of this worker",
        handler=handlers.list_sandboxes,
        response_type=models.SandboxList,
    ),
    ControlOperation(
        method="GET",
        path=SANDBOX_PATH,
        operation_id="getSandbox",
        summary="Show a sandbox, with its credentials",
        handler=handlers.get_sandbox,
        response_type=models.SandboxView,
    ),
    ControlOperation(
        method="PATCH",
        path=SANDBOX_PATH,
        operation_id="changeSandbox",
        summary="Change a sandbox",
        handler=handlers.change_sandbox,
        body_type=SandboxChange,
        response_type=models.SandboxView,
    ),
    ControlOperation(
        method="DELETE",
        path=SANDBOX_PATH,
        operation_id="deleteSandbox",
        summary="Delete a sandbox",
        handler=handlers.delete_sandbox,
        status=204,
        problem_statuses=(409,),
    ),
    ControlOperation(
        method="POST",
        path=f"{SANDBOX_PATH}/reset",
        operation_id="resetSandbox",
        summary="Forget what happened in a sandbox",
        handler=handlers.reset_sandbox,
        status=204,
    ),
    # What the next responses of a sandbox are, and what its past ones were.
    ControlOperation(
        method="GET",
        path=f"{SANDBOX_PATH}/situations",
        operation_id="listScheduledSituations",
        summary="List the scheduled situations",
        handler=handlers.list_scheduled_situations,
        response_type=models.ScheduledSituationList,
    ),
    ControlOperation(
        method="POST",
        path=f"{SANDBOX_PATH}/situations",
        operation_id="addSituation",
        summary="Schedule a situation",
        handler=handlers.add_situation,
        body_type=ScheduledSituation,
        status=201,
        response_type=models.ScheduledSituationList,
        problem_statuses=(409,),
    ),
    ControlOperation(
        method="DELETE",
        path=f"{SANDBOX_PATH}/situations",
        operation_id="cancelSituations",
        summary="Cancel scheduled situations",
        handler=handlers.cancel_situations,
        query_type=SituationQuery,
        response_type=models.CancelledSituations,
    ),
    ControlOperation(
        method="POST",
        path=f"{SANDBOX_PATH}/edits",
        operation_id="editAnswers",
        summary="Change the good answers of a sandbox",
        handler=handlers.edit_answers,
        body_type=AnswerEdits,
        response_type=AnswerEdits,
    ),
    ControlOperation(
        method="GET",
        path=f"{SANDBOX_PATH}/journal",
        operation_id="getJournal",
        summary="Show the exchanges of a sandbox",
        handler=handlers.get_journal,
        query_type=JournalQuery,
        response_type=models.JournalPage,
    ),
    ControlOperation(
        method="DELETE",
        path=f"{SANDBOX_PATH}/journal",
        operation_id="clearJournal",
        summary="Clear the journal",
        handler=handlers.clear_journal,
        status=204,
    ),
    # What belongs to the server and to no sandbox.
    ControlOperation(
        method="GET",
        path="situations",
        operation_id="listSituations",
        summary="List all situations, and what brings them about",
        handler=handlers.list_situations,
        response_type=models.SituationList,
    ),
    ControlOperation(
        method="GET",
        path="certificate",
        operation_id="getCertificateAuthority",
        summary="Show the CA to trust over TLS",
        handler=handlers.get_certificate_authority,
        response_type=models.CertificateAuthority,
        problem_statuses=(409,),
    ),
    ControlOperation(
        method="POST",
        path="certificate",
        operation_id="setWrongCertificate",
        summary="Present a wrong certificate",
        handler=handlers.set_wrong_certificate,
        body_type=WrongCertificateRequest,
        status=204,
        problem_statuses=(409,),
    ),
    ControlOperation(
        method="DELETE",
        path="certificate",
        operation_id="setRightCertificate",
        summary="Present the right certificate again",
        handler=handlers.set_right_certificate,
        status=204,
        problem_statuses=(409,),
    ),
)

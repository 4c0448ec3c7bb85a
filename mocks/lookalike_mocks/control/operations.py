"""The operations of the control API."""

from __future__ import annotations

from typing import Any, Final

from ..sandbox.scheduled import ScheduledSituation
from . import handlers, models, openapi
from .models import JournalQuery, NewSandbox, SandboxChange, SituationQuery, WrongCertificateRequest
from .operation import ControlOperation

SANDBOX_PATH: Final = "sandboxes/{id}"
IMAGE_MEDIA_TYPE: Final = "image/jpeg"

OPERATIONS: Final[tuple[ControlOperation, ...]] = (
    ControlOperation(
        method="GET", path="health", operation_id="getHealth", summary="Whether the server answers",
        handler=handlers.get_health, response_type=models.Health, query_type=None, is_open=True,
    ),
    ControlOperation(
        method="GET", path="openapi.json", operation_id="getDescription", summary="This description",
        handler=lambda ask: openapi.build_openapi(OPERATIONS, ask.mock), response_type=dict[str, Any], query_type=None, is_open=True,
    ),
    ControlOperation(
        method="GET", path="pictures/{name:path}", operation_id="getPicture", summary="A picture of the catalogue",
        handler=handlers.get_image, response_type=bytes, query_type=None, is_open=True, media_type=IMAGE_MEDIA_TYPE, problem_statuses=(404,),
    ),
    ControlOperation(
        method="POST", path="sandboxes", operation_id="createSandbox", summary="Make a sandbox",
        handler=handlers.create_sandbox, body_type=NewSandbox, status=201, response_type=models.SandboxView,
    ),
    ControlOperation(
        method="GET", path="sandboxes", operation_id="listSandboxes", summary="List the sandboxes of this worker",
        handler=handlers.list_sandboxes, response_type=models.SandboxList,
    ),
    ControlOperation(
        method="GET", path=SANDBOX_PATH, operation_id="getSandbox", summary="Show a sandbox, with its credentials",
        handler=handlers.get_sandbox, response_type=models.SandboxView,
    ),
    ControlOperation(
        method="PATCH", path=SANDBOX_PATH, operation_id="changeSandbox", summary="Change a sandbox",
        handler=handlers.change_sandbox, body_type=SandboxChange, response_type=models.SandboxView,
    ),
    ControlOperation(
        method="DELETE", path=SANDBOX_PATH, operation_id="deleteSandbox", summary="Delete a sandbox",
        handler=handlers.delete_sandbox, status=204, problem_statuses=(409,),
    ),
    ControlOperation(
        method="POST", path=f"{SANDBOX_PATH}/reset", operation_id="resetSandbox", summary="Forget what happened in a sandbox",
        handler=handlers.reset_sandbox, status=204,
    ),
    ControlOperation(
        method="GET", path=f"{SANDBOX_PATH}/situations", operation_id="listWaitingSituations", summary="List the situations that wait",
        handler=handlers.list_scheduled_situations, response_type=models.ScheduledSituationList,
    ),
    ControlOperation(
        method="POST", path=f"{SANDBOX_PATH}/situations", operation_id="addSituation", summary="Bring a situation",
        handler=handlers.add_situation, body_type=ScheduledSituation, status=201, response_type=models.ScheduledSituationList, problem_statuses=(409,),
    ),
    ControlOperation(
        method="DELETE", path=f"{SANDBOX_PATH}/situations", operation_id="takeBackSituations", summary="Take situations back",
        handler=handlers.cancel_situations, query_type=SituationQuery, response_type=models.CancelledSituations,
    ),
    ControlOperation(
        method="GET", path=f"{SANDBOX_PATH}/journal", operation_id="getJournal", summary="Show what was asked and answered",
        handler=handlers.get_journal, query_type=JournalQuery, response_type=models.JournalPage,
    ),
    ControlOperation(
        method="DELETE", path=f"{SANDBOX_PATH}/journal", operation_id="clearJournal", summary="Clear the journal",
        handler=handlers.clear_journal, status=204,
    ),
    ControlOperation(
        method="GET", path="situations", operation_id="listSituations", summary="List all situations, and what brings them",
        handler=handlers.list_situations, response_type=models.SituationList,
    ),
    ControlOperation(
        method="GET", path="certificate", operation_id="getCertificate", summary="Show the CA to trust over TLS",
        handler=handlers.get_certificate_authority, response_type=models.CertificateAuthority, problem_statuses=(409,),
    ),
    ControlOperation(
        method="POST", path="certificate", operation_id="presentWrongCertificate", summary="Present a wrong certificate",
        handler=handlers.set_wrong_certificate, body_type=WrongCertificateRequest, status=204, problem_statuses=(409,),
    ),
    ControlOperation(
        method="DELETE", path="certificate", operation_id="presentRightCertificate", summary="Present the right one again",
        handler=handlers.set_right_certificate, status=204, problem_statuses=(409,),
    ),
)  # fmt: skip

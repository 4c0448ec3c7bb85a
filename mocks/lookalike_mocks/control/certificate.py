"""The certificate that a server presents over TLS: the right one, or one of the same CA for somebody else."""

from __future__ import annotations

from http import HTTPStatus

from . import answers
from .operation import ControlRequest, Certificates
from .problem import ControlProblem, ProblemError


def get_certificate_authority(ask: ControlRequest) -> answers.CertificateAuthority:
    """The CA that a client has to trust."""
    return answers.CertificateAuthority(_require_tls(ask).ca)


def set_wrong_certificate(ask: ControlRequest) -> None:
    """Present the wrong one."""
    _require_tls(ask).present_wrong(ask.body.times)


def set_right_certificate(ask: ControlRequest) -> None:
    """Present the right one again."""
    _require_tls(ask).present_right()


def _require_tls(ask: ControlRequest) -> Certificates:
    """Raises Wrong where there is none."""
    if ask.context.tls is None:
        raise ProblemError(HTTPStatus.CONFLICT, ControlProblem(error="this server does not answer https: see --tls-ca, or tls=True"))
    return ask.context.tls

"""A certification, in the formats that people and programs read."""

from .assemble import CompletedCertification, assemble_certification_report
from .formats import CERTIFICATION_FORMATS
from .json_format import BadReport, decode_report
from .merge import merge_reports
from .report import CertificationReport, RunSettings

__all__ = [
    "CERTIFICATION_FORMATS",
    "BadReport",
    "CertificationReport",
    "CompletedCertification",
    "RunSettings",
    "assemble_certification_report",
    "decode_report",
    "merge_reports",
]

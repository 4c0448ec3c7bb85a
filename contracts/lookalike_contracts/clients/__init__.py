"""The judge of clients: holds what a client sent to the specs."""

from .complaint import Complaint
from .judge import Sent, complaints, judged

__all__ = ["Complaint", "Sent", "complaints", "judged"]

"""The judge: holds answers to the specs, with a validator that the mock does not use."""

from .answers.answer import violations

__all__ = ["violations"]

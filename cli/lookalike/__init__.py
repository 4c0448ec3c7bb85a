"""Lookalike: five Chinese image-search APIs, without keys and without a network."""

__version__ = "0.1.0"

"""`lookalike exec`: any command against a sandbox of its own.

`sandbox_server` serves, `variables` says where, `process` runs the command, `traffic` counts what it met, `judgement` holds
what it sent to the documents, `requirements` reads `--require`, `report` prints, and `run` brings them together.
"""

"""`lookalike certify`: a client is put into every situation of an API, and judged.

`cases` says which situations there are, `server` plays them, `client` runs the driver, `run` brings the three together, and
`report` prints what came of it. The verdicts are the judge's, `lookalike_contracts.certification`.
"""

"""Answers that are drawn: a good one with edits, which its document allows or forbids, made as small as can be.

`places` are the fields of a good answer, `allowed` and `forbidden` the edits of each, `drawing` puts edits together,
`classify` says whether the document allows what came of them, and `minimize` finds the fewest that still break a client.
"""

"""Certification of clients: what a client is asked to do, what it did, and what that is worth.

A case is one situation of one operation. A client gets a task in it and answers; what it sent and got is recorded. The
checks hold one to the other: `sent` to the document, `result` to the answer that the client got, `failure` and `retry` to
what the error asks of a client, `secret` to what nobody may see. Who plays the server, and how the client is run, is none
of this package's business.

Nothing is imported here: a driver in Python needs `protocol` alone, and the judge behind the checks is slow to import.
"""

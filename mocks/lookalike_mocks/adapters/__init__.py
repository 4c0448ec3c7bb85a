"""The ways in. An adapter translates between a socket, ASGI or httpx and the engine, and does nothing else."""

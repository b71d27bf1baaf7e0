"""The jobs room: the ledger of work and the engine behind it."""

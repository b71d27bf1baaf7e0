"""Where a document stands in the index: its kind and number in one integer, its project and kind in one token."""

# Four bits of a document's place; a number once given out is never given to another kind.
KINDS = {"media": 1, "clip": 2, "line": 3, "scene": 4, "topic": 5, "song": 6, "tag": 7}
KIND_BITS = 4


def place_of(kind: str, entity_id: int) -> int:
    """Return the document's place: unique, and greater the newer the row is among its kind."""
    return (entity_id << KIND_BITS) + KINDS[kind]


def scope_of(project_id: int, kind: str) -> str:
    """Return the one token that says whose and what a document is; letters and digits only."""
    return f"p{project_id}k{kind}"

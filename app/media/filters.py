"""What the project page may ask of its list of recordings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MediaFilter:
    """What the project page asks for; empty text means "all"."""

    q: str = ""
    type: str = ""
    status: str = ""
    sort: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.q or self.type or self.status)

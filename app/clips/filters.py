"""What a project's list of clips may be asked for."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ClipFilter:
    """Words of a clip's or its recording's name, a tag, who made it, and whether it shares ticks with another."""

    q: str = ""
    tag: str = ""
    by: UUID | None = None
    overlapping: bool = False

    @property
    def is_set(self) -> bool:
        return bool(self.q or self.tag or self.by or self.overlapping)


ALL = ClipFilter()

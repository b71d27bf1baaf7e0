"""What the pages about two people's edits of one thing have in common."""

from dataclasses import dataclass

from app.core.texts import say


@dataclass(frozen=True)
class Kept:
    """One field nobody clashes over, and whose value it keeps."""

    name: str
    label: str
    value: str
    from_text: str


def whose(saver: str | None) -> str:
    """Name the other side of a conflict, as what it has."""
    return say("%(who)s’s", who=saver) if saver else say("Theirs")


def kept(name: str, label: str, *, typed: str, saved: str, is_mine: bool, is_new: bool) -> Kept:
    """Say which side a quiet field comes from: mine where I changed it, else theirs, new or as it was."""
    if is_mine:
        return Kept(name, label, typed, say("you"))
    return Kept(name, label, saved, say("the saved version") if is_new else say("unchanged"))

"""Who may do what in a project: one table from permission to the least role that has it."""

from app.core.texts import later, say
from app.projects.models import MemberRole

RANK = {MemberRole.VIEWER: 1, MemberRole.EDITOR: 2, MemberRole.OWNER: 3}

LEAST_ROLE: dict[str, MemberRole] = {
    "project:view": MemberRole.VIEWER,
    "media:view": MemberRole.VIEWER,
    "media:download": MemberRole.VIEWER,
    "clip:view": MemberRole.VIEWER,
    "job:view": MemberRole.VIEWER,
    "media:upload": MemberRole.EDITOR,
    "media:edit": MemberRole.EDITOR,
    "media:delete": MemberRole.EDITOR,
    "clip:edit": MemberRole.EDITOR,
    "clip:render": MemberRole.EDITOR,
    "transcript:edit": MemberRole.EDITOR,
    "job:control": MemberRole.EDITOR,
    "project:edit": MemberRole.OWNER,
    "project:delete": MemberRole.OWNER,
    "member:manage": MemberRole.OWNER,
}
# What stays possible in an archived project; everything else waits until it is brought back.
IN_ARCHIVE = frozenset(
    {"project:view", "media:view", "media:download", "clip:view", "job:view", "project:edit", "project:delete"}
)

WORDS = {
    MemberRole.EDITOR: later("This needs the Editor role in this project; its owner can give it to you."),
    MemberRole.OWNER: later("This needs the Owner role in this project."),
}


def allows(role: MemberRole, permission: str) -> bool:
    """Say whether this role has the permission; raises KeyError for one the table does not know."""
    return RANK[role] >= RANK[LEAST_ROLE[permission]]


def refusal(permission: str) -> str:
    """Return the sentence that tells which role would do."""
    return WORDS.get(LEAST_ROLE[permission], say("You can’t do this here."))

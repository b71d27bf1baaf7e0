"""Projects and members as programs read them."""

from typing import Any

from app.core.words import iso
from app.projects.members import MemberRow
from app.projects.models import MemberRole, Project
from app.projects.repository import ProjectRow


def row_dict(row: ProjectRow) -> dict[str, Any]:
    """Return one line of the list of projects."""
    return {
        "slug": row.slug,
        "name": row.name,
        "description": row.description,
        "media_count": row.media_count,
        "clip_count": row.clip_count,
        "role": row.role.value,
        "updated_at": iso(row.updated_at),
    }


def project_dict(project: Project, role: MemberRole) -> dict[str, Any]:
    """Return a project as one of its members has it."""
    return {
        "public_id": str(project.public_id),
        "slug": project.slug,
        "name": project.name,
        "description": project.description,
        "language": project.language,
        "silence_db": project.silence_db,
        "quota_bytes": project.quota_bytes,
        "media_count": project.media_count,
        "clip_count": project.clip_count,
        "role": role.value,
        "version": project.version,
        "created_at": iso(project.created_at),
        "updated_at": iso(project.updated_at),
        "archived_at": iso(project.archived_at),
    }


def member_dict(member: MemberRow) -> dict[str, Any]:
    """Return one member."""
    return {
        "public_id": str(member.public_id),
        "name": member.name,
        "username": member.username,
        "role": member.role.value,
        "is_active": member.is_active,
        "added_at": iso(member.added_at),
    }

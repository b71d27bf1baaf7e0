"""Give projects a trash: when one was deleted.

Revision: 2026_11_21_project_trash, after 2026_11_21_topics
"""

import sqlalchemy as sa
from alembic import op

from app.core.columns import UtcDateTime

revision = "2026_11_21_project_trash"
down_revision = "2026_11_21_topics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column as it stands: a table made anew would take everything below it along."""
    op.add_column("projects", sa.Column("deleted_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take it away; what was in the trash is back."""
    op.drop_column("projects", "deleted_at")

"""The language in which a customer wants to be answered, as an agent says"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_preferences"
down_revision = "20261127_off_policy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("preferred_language", sa.String(length=8), nullable=True))


def downgrade() -> None:
    op.drop_column("customers", "preferred_language")

"""The words that carried the labels of a message"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_evidence"
down_revision = "20261126_wordings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assessments") as table:
        table.add_column(sa.Column("evidence", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("assessments") as table:
        table.drop_column("evidence")

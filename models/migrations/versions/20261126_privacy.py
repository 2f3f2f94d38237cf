"""When the words of a case were deleted"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_privacy"
down_revision = "20261126_nights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch_op:
        batch_op.add_column(sa.Column("blanked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("cases") as batch_op:
        batch_op.drop_column("blanked_at")

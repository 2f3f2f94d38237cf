"""What an approved text gives that was not decided"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_off_policy"
down_revision = "20261127_choices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approvals", sa.Column("off_policy", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("approvals", "off_policy")

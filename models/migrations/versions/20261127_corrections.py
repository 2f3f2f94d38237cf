"""What agents say of messages, over the classifier's word"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_corrections"
down_revision = "20261126_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_corrections_{column}"), ondelete="RESTRICT"
            )
            for column, target in (
                ("message_id", "messages.id"),
                ("case_id", "cases.id"),
                ("agent_id", "agents.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    for column in ("message_id", "case_id"):
        op.create_index(op.f(f"ix_corrections_{column}"), "corrections", [column])


def downgrade() -> None:
    op.drop_table("corrections")

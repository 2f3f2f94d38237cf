"""One agents' group with a topic per case; agents say whether cards also come in private"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_group"
down_revision = "20261126_processes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents_groups",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("chat_key", sa.String(), nullable=False),
        sa.Column("has_topics", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(length=36), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_by"], ["agents.id"], name=op.f("fk_agents_groups_set_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_agents_groups")),
        sa.UniqueConstraint("chat_key", name=op.f("uq_agents_groups_chat_key")),
    )
    op.create_table(
        "topics",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("chat_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'open', 'closed', 'none')", name=op.f("ck_topics_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_topics_case_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("case_id", "chat_key", name=op.f("uq_topics_case_id_chat_key")),
    )
    with op.batch_alter_table("agents") as batch_op:
        batch_op.add_column(
            sa.Column("private_cards", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("agents") as batch_op:
        batch_op.drop_column("private_cards")
    op.drop_table("topics")
    op.drop_table("agents_groups")

"""Saved answers, the embeddings of messages, and why drafts were edited"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_knowledge"
down_revision = "20261127_orders"
branch_labels = None
depends_on = None

_STANDING = sa.text("ended_at IS NULL")
_REASONS = "edit_reason IN ('fact', 'tone', 'amount', 'language', 'wrong_type')"


def upgrade() -> None:
    op.create_table(
        "answer_entries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("written_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=36), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(accepted_by IS NULL) = (accepted_at IS NULL)", name=op.f("ck_answer_entries_accepted_whole")
        ),
        sa.CheckConstraint(
            "(ended_by IS NULL) = (ended_at IS NULL)", name=op.f("ck_answer_entries_ended_whole")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["agents.id"], name=op.f(f"fk_answer_entries_{column}_agents"), ondelete="RESTRICT"
            )
            for column in ("written_by", "accepted_by", "ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_entries")),
    )
    op.create_index(
        op.f("uq_answer_entries_standing"),
        "answer_entries",
        ["sha256"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
    op.create_table(
        "embeddings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_embeddings_message_id_messages"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embeddings")),
        sa.UniqueConstraint("message_id", name=op.f("uq_embeddings_message_id")),
    )
    op.add_column("drafts", sa.Column("answers", sa.JSON(), nullable=False, server_default="[]"))
    # With its CHECK in one statement: SQLite would otherwise write anew a table that others point to.
    op.execute(
        "ALTER TABLE approvals ADD COLUMN edit_reason VARCHAR(16) "
        f"CONSTRAINT ck_approvals_edit_reason_known CHECK ({_REASONS})"
    )


def downgrade() -> None:
    op.drop_column("approvals", "edit_reason")
    op.drop_column("drafts", "answers")
    op.drop_table("embeddings")
    op.drop_index(op.f("uq_answer_entries_standing"), "answer_entries")
    op.drop_table("answer_entries")

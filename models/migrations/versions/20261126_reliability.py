"""Triage that fails is counted, silence has a date, drafts have files, the states of vouchers are checked"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_reliability"
down_revision = "20261123_first"
branch_labels = None
depends_on = None

_STATES = "state IN ('reserved', 'active', 'used', 'void')"


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch_op:
        batch_op.add_column(sa.Column("triage_attempts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("silence_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("answer_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(op.f("ix_cases_silence_at"), ["silence_at"])
    with op.batch_alter_table("attachments") as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("drafts") as batch_op:
        batch_op.add_column(sa.Column("files", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("vouchers") as batch_op:
        batch_op.create_check_constraint(op.f("ck_vouchers_state_known"), _STATES)


def downgrade() -> None:
    with op.batch_alter_table("vouchers") as batch_op:
        batch_op.drop_constraint(op.f("ck_vouchers_state_known"), type_="check")
    with op.batch_alter_table("drafts") as batch_op:
        batch_op.drop_column("files")
    with op.batch_alter_table("attachments") as batch_op:
        batch_op.drop_column("heard_at")
        batch_op.drop_column("name")
    with op.batch_alter_table("cases") as batch_op:
        batch_op.drop_index(op.f("ix_cases_silence_at"))
        batch_op.drop_column("answer_until")
        batch_op.drop_column("silence_at")
        batch_op.drop_column("triage_attempts")

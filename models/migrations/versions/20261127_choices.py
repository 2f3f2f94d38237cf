"""Choices that customers make, and voucher codes that the business has loaded"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_choices"
down_revision = "20261127_signals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "choices",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("approval_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("choice_group", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_offer_id", sa.String(length=36), nullable=True),
        sa.Column("chosen_how", sa.String(length=16), nullable=True),
        sa.Column("chosen_by", sa.String(length=36), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.Column("overruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "chosen_how IN ('button', 'words', 'agent', 'default', 'withdrawn')",
            name=op.f("ck_choices_chosen_how_known"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_choices_{column}"), ondelete="RESTRICT"
            )
            for column, target in (
                ("approval_id", "approvals.id"),
                ("case_id", "cases.id"),
                ("chosen_offer_id", "offers.id"),
                ("chosen_by", "agents.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices")),
        sa.UniqueConstraint("approval_id", "choice_group", name=op.f("uq_choices_approval_id_choice_group")),
        sa.UniqueConstraint("key", name=op.f("uq_choices_key")),
    )
    op.create_index(op.f("ix_choices_case_id"), "choices", ["case_id"])
    op.create_index("ix_choices_open", "choices", ["chosen_at", "expires_at"])
    with op.batch_alter_table("vouchers") as batch_op:
        batch_op.drop_constraint(op.f("ck_vouchers_state_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_vouchers_state_known"),
            "state IN ('free', 'reserved', 'active', 'used', 'void', 'expired')",
        )
        batch_op.add_column(sa.Column("offer_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("is_loaded", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("expires_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_vouchers_offer_id"), "offers", ["offer_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_index("ix_vouchers_pool", ["state", "currency", "amount_minor"])


def downgrade() -> None:
    op.drop_table("choices")
    # The older program knows no code that is nobody's.
    op.execute(sa.text("DELETE FROM vouchers WHERE state = 'free'"))
    op.execute(sa.text("UPDATE vouchers SET state = 'void' WHERE state = 'expired'"))
    with op.batch_alter_table("vouchers") as batch_op:
        batch_op.drop_index("ix_vouchers_pool")
        batch_op.drop_constraint(op.f("fk_vouchers_offer_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_vouchers_state_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_vouchers_state_known"), "state IN ('reserved', 'active', 'used', 'void')"
        )
        for column in ("used_at", "expires_on", "is_loaded", "offer_id"):
            batch_op.drop_column(column)

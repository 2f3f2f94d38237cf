"""What a customer's history showed, until when, and what an agent said of it"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_signals"
down_revision = "20261127_knowledge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("customer_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_by", sa.String(length=36), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_reason IS NULL)",
            name=op.f("ck_signals_dismissed_with_a_reason"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_signals_{column}"), ondelete="RESTRICT"
            )
            for column, target in (
                ("customer_id", "customers.id"),
                ("case_id", "cases.id"),
                ("dismissed_by", "agents.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
    )
    for column in ("customer_id", "case_id", "expires_at"):
        op.create_index(op.f(f"ix_signals_{column}"), "signals", [column])
    op.create_index(
        "uq_signals_standing",
        "signals",
        ["customer_id", "name"],
        unique=True,
        sqlite_where=sa.text("dismissed_at IS NULL"),
        postgresql_where=sa.text("dismissed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("signals")

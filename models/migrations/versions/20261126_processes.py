"""Processes have a slot each, and leases for what only one of them may do"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_processes"
down_revision = "20261126_reliability"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rows of processes that ran under the earlier version, and run no more.
    op.execute("DELETE FROM processes")
    with op.batch_alter_table("processes") as batch_op:
        batch_op.add_column(sa.Column("slot", sa.Integer(), nullable=False))
        batch_op.create_unique_constraint(op.f("uq_processes_host_role_slot"), ["host", "role", "slot"])
    op.create_table(
        "leases",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leases")),
        sa.UniqueConstraint("name", name=op.f("uq_leases_name")),
    )


def downgrade() -> None:
    op.drop_table("leases")
    with op.batch_alter_table("processes") as batch_op:
        batch_op.drop_constraint(op.f("uq_processes_host_role_slot"), type_="unique")
        batch_op.drop_column("slot")

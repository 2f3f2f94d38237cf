"""When which policy was put in use, and by whom"""

import sqlalchemy as sa
from alembic import op

from models.ids import new_id

revision = "20261127_policy_uses"
down_revision = "20261127_promises"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_uses",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("policy_id", sa.String(length=36), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("effective", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policies.id"], name=op.f("fk_policy_uses_policy_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_uses")),
    )
    op.create_index("ix_policy_uses_audience", "policy_uses", ["audience", "effective"])
    _put_in_use()


def _put_in_use() -> None:
    """What was loaded is in use from when it came into force: its date, or its loading if that was later."""
    moment = sa.DateTime(timezone=True)
    policies = sa.table(
        "policies",
        sa.column("id", sa.String),
        sa.column("audience", sa.String),
        sa.column("effective", moment),
        sa.column("created_at", moment),
    )
    uses = sa.table(
        "policy_uses",
        *(sa.column(name, sa.String) for name in ("id", "policy_id", "audience", "used_by")),
        sa.column("effective", moment),
        sa.column("created_at", moment),
    )
    loaded = op.get_bind().execute(sa.select(policies).order_by(policies.c.id)).all()
    for row in loaded:
        since = max(row.effective, row.created_at)
        # Of two files the one with the later date judged, whichever was loaded last.
        outdone = any(
            other.audience == row.audience and other.id < row.id and row.effective < other.effective <= since
            for other in loaded
        )
        if not outdone:
            op.execute(
                uses.insert().values(
                    id=new_id(),
                    policy_id=row.id,
                    audience=row.audience,
                    effective=since,
                    created_at=row.created_at,
                )
            )


def downgrade() -> None:
    op.drop_table("policy_uses")

"""Standing texts that a business words itself, with who wrote, approved and ended them"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_wordings"
down_revision = "20261126_ratings"
branch_labels = None
depends_on = None

_OWN = sa.text("written_by IS NULL")
_WAITING = sa.text("written_by IS NOT NULL AND ended_at IS NULL AND approved_at IS NULL")
_IN_FORCE = sa.text("approved_at IS NOT NULL AND ended_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("standing_texts") as batch_op:
        batch_op.drop_constraint(op.f("uq_standing_texts_name_language_sha256"), type_="unique")
        batch_op.add_column(sa.Column("written_by", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        for column in ("written_by", "ended_by"):
            batch_op.create_foreign_key(
                op.f(f"fk_standing_texts_{column}"), "agents", [column], ["id"], ondelete="RESTRICT"
            )
        batch_op.create_check_constraint(
            op.f("ck_standing_texts_approved_whole"), "(approved_by IS NULL) = (approved_at IS NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_standing_texts_ended_whole"), "(ended_by IS NULL) = (ended_at IS NULL)"
        )
    _index("own", ["name", "language", "sha256"], _OWN)
    _index("waiting", ["name", "language"], _WAITING)
    _index("in_force", ["name", "language"], _IN_FORCE)


def downgrade() -> None:
    for name in ("in_force", "waiting", "own"):
        op.drop_index(op.f(f"uq_standing_texts_{name}"), "standing_texts")
    op.execute(sa.text("DELETE FROM standing_texts WHERE written_by IS NOT NULL"))
    with op.batch_alter_table("standing_texts") as batch_op:
        batch_op.drop_constraint(op.f("ck_standing_texts_approved_whole"), type_="check")
        batch_op.drop_constraint(op.f("ck_standing_texts_ended_whole"), type_="check")
        for column in ("written_by", "ended_by"):
            batch_op.drop_constraint(op.f(f"fk_standing_texts_{column}"), type_="foreignkey")
        for column in ("written_by", "approved_at", "ended_by", "ended_at"):
            batch_op.drop_column(column)
        batch_op.create_unique_constraint(
            op.f("uq_standing_texts_name_language_sha256"), ["name", "language", "sha256"]
        )


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(
        op.f(f"uq_standing_texts_{name}"),
        "standing_texts",
        columns,
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )

"""Promises in words by language, with their kind, why they were broken, and reminders"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_promises"
down_revision = "20261127_corrections"
branch_labels = None
depends_on = None

# Remedies were kept by their kind alone; these are the words that customers read from now on.
_REMEDIES = {
    "refund": {
        "it": "il rimborso",
        "en": "the refund",
        "es": "el reembolso",
        "fr": "le remboursement",
        "de": "die Rückzahlung",
    },
    "replacement": {
        "it": "la sostituzione",
        "en": "the replacement",
        "es": "la sustitución del artículo",
        "fr": "le remplacement de l'article",
        "de": "der Austausch",
    },
    "repair": {
        "it": "la riparazione",
        "en": "the repair",
        "es": "la reparación",
        "fr": "la réparation",
        "de": "die Reparatur",
    },
    "redo": {
        "it": "il lavoro rifatto da capo",
        "en": "the work done again",
        "es": "el trabajo hecho de nuevo",
        "fr": "le travail refait de zéro",
        "de": "die Arbeit noch einmal von vorn",
    },
    "gift": {
        "it": "il regalo",
        "en": "the gift",
        "es": "el regalo",
        "fr": "le cadeau",
        "de": "das Geschenk",
    },
}
_promises = sa.table(
    "promises",
    sa.column("id", sa.String),
    sa.column("what", sa.String),
    sa.column("words", sa.JSON),
    sa.column("kind", sa.String),
)


def upgrade() -> None:
    op.add_column("drafts", sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("promises") as batch_op:
        batch_op.add_column(sa.Column("words", sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column("kind", sa.String(length=16), nullable=False, server_default="commitment")
        )
        batch_op.add_column(sa.Column("broken_reason", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("settled_by", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_promises_kind_known"), "kind IN ('commitment', 'remedy', 'answer')"
        )
        batch_op.create_foreign_key(
            op.f("fk_promises_settled_by"), "approvals", ["settled_by"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_index("ix_promises_due", ["state", "due_at"])
    connection = op.get_bind()
    # In Python and not in SQL: a column whose type is changed on SQLite would be cast to a number.
    for promise_id, what in connection.execute(sa.select(_promises.c.id, _promises.c.what)).all():
        # An empty one is that of a person who was erased.
        words = _REMEDIES.get(what, {"it": what} if what else {})
        kind = "remedy" if what in _REMEDIES else "commitment"
        connection.execute(
            _promises.update().where(_promises.c.id == promise_id).values(words=words, kind=kind)
        )
    with op.batch_alter_table("promises") as batch_op:
        batch_op.drop_column("what")
        batch_op.alter_column("words", new_column_name="what", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("promises") as batch_op:
        batch_op.add_column(sa.Column("told", sa.String(), nullable=True))
    told = sa.table(
        "promises", sa.column("id", sa.String), sa.column("what", sa.JSON), sa.column("told", sa.String)
    )
    connection = op.get_bind()
    for promise_id, what in connection.execute(sa.select(told.c.id, told.c.what)).all():
        first = what.get("it") or next(iter(what.values()), "")
        connection.execute(told.update().where(told.c.id == promise_id).values(told=first))
    with op.batch_alter_table("promises") as batch_op:
        batch_op.drop_column("what")
        batch_op.alter_column("told", new_column_name="what", existing_type=sa.String(), nullable=False)
        batch_op.drop_index("ix_promises_due")
        batch_op.drop_constraint(op.f("fk_promises_settled_by"), type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_promises_kind_known"), type_="check")
        for column in ("reminded_at", "settled_by", "broken_reason", "kind"):
            batch_op.drop_column(column)
    # Not in a batch: on SQLite that makes the table anew, and others refer to its rows.
    op.drop_column("drafts", "answer_by")

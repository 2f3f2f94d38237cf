"""The order book, who has proven an order to be theirs, and the addresses that customers wrote"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_orders"
down_revision = "20261127_policy_uses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("postcode", sa.String(length=32), nullable=True),
        sa.Column("telegram_id", sa.String(length=32), nullable=True),
        sa.Column("value_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("key", name=op.f("uq_orders_key")),
    )
    op.create_index(op.f("ix_orders_telegram_id"), "orders", ["telegram_id"])
    op.create_index(op.f("ix_orders_imported_at"), "orders", ["imported_at"])
    op.create_table(
        "order_proofs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("customer_id", sa.String(length=36), nullable=False),
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "how IN ('email', 'phone', 'postcode', 'link', 'telegram', 'agent')",
            name=op.f("ck_order_proofs_how_known"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_order_proofs_{column}"), ondelete="RESTRICT"
            )
            for column, target in (
                ("customer_id", "customers.id"),
                ("order_id", "orders.id"),
                ("case_id", "cases.id"),
                ("agent_id", "agents.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_proofs")),
        sa.UniqueConstraint("customer_id", "order_id", name=op.f("uq_order_proofs_customer_id_order_id")),
    )
    op.create_index(op.f("ix_order_proofs_order_id"), "order_proofs", ["order_id"])
    op.create_index(op.f("ix_order_proofs_case_id"), "order_proofs", ["case_id"])
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("customer_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_contacts_customer_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("customer_id", "kind", "value", name=op.f("uq_contacts_customer_id_kind_value")),
    )
    op.create_index("ix_contacts_value", "contacts", ["kind", "value"])
    with op.batch_alter_table("facts") as batch_op:
        batch_op.add_column(sa.Column("order_key", sa.String(), nullable=True))
        batch_op.create_index(op.f("ix_facts_order_key"), ["order_key"])
    with op.batch_alter_table("cases") as batch_op:
        batch_op.add_column(sa.Column("asked_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("book_failed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # Each by itself: in a batch SQLite would write anew a table that others point to.
    op.drop_column("cases", "book_failed_at")
    op.drop_column("cases", "asked_until")
    op.drop_index(op.f("ix_facts_order_key"), "facts")
    op.drop_column("facts", "order_key")
    for table in ("contacts", "order_proofs", "orders"):
        op.drop_table(table)

"""The start links that customers opened, and when last; orders are found by address and number"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_opened_links"
down_revision = "20261127_preferences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opened_links",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("customer_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("order_key", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_opened_links_customer_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_links")),
        sa.UniqueConstraint("customer_id", "order_key", name=op.f("uq_opened_links_customer_id_order_key")),
    )
    op.create_index(op.f("ix_orders_email"), "orders", ["email"])
    op.create_index(op.f("ix_orders_phone"), "orders", ["phone"])
    # Until now the proof alone told that a link had been opened.
    op.execute(
        "INSERT INTO opened_links (id, customer_id, number, order_key, opened_at) "
        "SELECT order_proofs.id, order_proofs.customer_id, orders.number, orders.key, order_proofs.created_at "
        "FROM order_proofs JOIN orders ON orders.id = order_proofs.order_id WHERE order_proofs.how = 'link'"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_orders_phone"), "orders")
    op.drop_index(op.f("ix_orders_email"), "orders")
    op.drop_table("opened_links")

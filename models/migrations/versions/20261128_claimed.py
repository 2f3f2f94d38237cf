"""The message that says a fact by itself"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_claimed"
down_revision = "20261128_twins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("facts") as facts:
        facts.add_column(sa.Column("message_id", sa.String(length=36), nullable=True))
        facts.create_foreign_key(
            "fk_facts_message_id_messages", "messages", ["message_id"], ["id"], ondelete="RESTRICT"
        )
        facts.create_index("ix_facts_message_id", ["message_id"])


def downgrade() -> None:
    with op.batch_alter_table("facts") as facts:
        facts.drop_index("ix_facts_message_id")
        facts.drop_constraint("fk_facts_message_id_messages", type_="foreignkey")
        facts.drop_column("message_id")

"""A draft's twins, one for each language in which agents work"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_twins"
down_revision = "20261127_opened_links"
branch_labels = None
depends_on = None

_WORKING_LANGUAGES = ("it", "en")
_before = sa.table(
    "drafts",
    sa.column("id", sa.String),
    sa.column("language", sa.String),
    sa.column("twin", sa.String),
    sa.column("twins", sa.JSON),
)


def upgrade() -> None:
    op.add_column("drafts", sa.Column("twins", sa.JSON(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    held = sa.select(_before.c.id, _before.c.language, _before.c.twin).where(_before.c.twin.is_not(None))
    for draft_id, language, twin in connection.execute(held).all():
        # Its language was that of the house, which is not written down here: as until now, all see it.
        twins = {other: [["text", twin]] for other in _WORKING_LANGUAGES if other != language}
        connection.execute(_before.update().where(_before.c.id == draft_id).values(twins=twins))
    op.drop_column("drafts", "twin")


def downgrade() -> None:
    op.add_column("drafts", sa.Column("twin", sa.String(), nullable=True))
    connection = op.get_bind()
    for draft_id, twins in connection.execute(sa.select(_before.c.id, _before.c.twins)).all():
        parts: list[list[str]] = next(
            (twins[language] for language in _WORKING_LANGUAGES if language in twins), []
        )
        twin = " ".join(words for _, words in parts) or None
        connection.execute(_before.update().where(_before.c.id == draft_id).values(twin=twin))
    op.drop_column("drafts", "twins")

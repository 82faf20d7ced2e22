"""Runs the migrations on the connection that `schema.upgrade` has opened, inside its transaction."""

from alembic import context

from mailbot.store import staff_tables  # noqa: F401  # its tables are part of the metadata
from mailbot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Runs the migrations on the connection that `schema.upgrade` has opened, inside its transaction."""

from alembic import context

from mailbot.store import service_tables, staff_tables  # noqa: F401  # their tables are part of the metadata
from mailbot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

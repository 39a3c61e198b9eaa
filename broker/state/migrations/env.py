"""Runs the migrations on the connection it is given; there is no offline mode."""

from alembic import context

from broker.state.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()

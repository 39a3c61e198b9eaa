"""Setting a database back to an earlier copy under whoever works on it, as a restore does."""

from sqlalchemy import Connection, text

from broker.state.tables import METADATA

Copy = dict[str, list[dict[str, object]]]


def copy_of(connection: Connection) -> Copy:
    """Every row of every table."""
    return {
        table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for table in METADATA.sorted_tables
    }


def bring_back(connection: Connection, copy: Copy) -> None:
    """The rows of the copy, and no others; sequences count on from the copy too."""
    for table in METADATA.sorted_tables:
        connection.execute(table.delete())
        if copy[table.name]:
            connection.execute(table.insert(), copy[table.name])
        if connection.dialect.name != "postgresql":
            continue
        for column in table.primary_key:
            name = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            query = text(f"SELECT setval({name}, coalesce(max({column.name}), 0) + 1, false) "
                         f"FROM {table.name} WHERE {name} IS NOT NULL")  # fmt: skip
            if connection.execute(text(f"SELECT {name}")).scalar():
                connection.execute(query)

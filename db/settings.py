"""Setting: what the program keeps for itself, name and value."""

from db.connection import Connection


def get_setting(connection: Connection, name: str) -> str | None:
    """The value, None if it was never set."""
    rows = connection.query("SELECT value FROM Setting WHERE name = ?", (name,))
    return str(rows[0][0]) if rows else None


def set_setting(connection: Connection, name: str, value: str) -> None:
    """Set it, whatever it was."""
    connection.execute(f"{connection.insert_ignore} INTO Setting (name, value) VALUES (?, ?)", (name, value))
    connection.execute("UPDATE Setting SET value = ? WHERE name = ?", (value, name))

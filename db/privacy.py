"""Privacy: what people wish about exports, what they were told, and by which names they are found in one."""

from typing import NamedTuple

from db.connection import Connection


class PrivacyRow(NamedTuple):
    """A row of Privacy; `nicknames` are separated by commas."""

    name: str
    exportable: int = 1
    told: int = 1
    nicknames: str = ""


def find_privacy(connection: Connection, name: str) -> PrivacyRow:
    """What is known of that person; of whom nothing is, what goes for everybody."""
    rows = connection.query("SELECT name, exportable, told, nicknames FROM Privacy WHERE name = ?", (name,))
    return PrivacyRow(*rows[0]) if rows else PrivacyRow(name)


def all_privacy(connection: Connection) -> list[PrivacyRow]:
    """Everybody of whom something is known, by name."""
    return [
        PrivacyRow(*row)
        for row in connection.query("SELECT name, exportable, told, nicknames FROM Privacy ORDER BY name")
    ]


def put_privacy(connection: Connection, row: PrivacyRow) -> None:
    """Store it, in place of what was there."""
    connection.execute(f"{connection.insert_ignore} INTO Privacy (name) VALUES (?)", (row.name,))
    connection.execute(
        "UPDATE Privacy SET exportable = ?, told = ?, nicknames = ? WHERE name = ?",
        (row.exportable, row.told, row.nicknames, row.name),
    )


def note_wishes(connection: Connection, name: str, *, exportable: bool, told: bool) -> None:
    """What that person's client said just now, and what it was told."""
    before = find_privacy(connection, name)
    after = before._replace(exportable=int(exportable), told=int(told))
    if after != before:
        put_privacy(connection, after)


def names_to_tell(connection: Connection, *, exportable: bool) -> list[str]:
    """Contacts, and whoever was written to, whose client has not heard that this is one's own wish now."""
    rows = connection.query(
        "SELECT u.name FROM `User` AS u LEFT JOIN Privacy AS p ON p.name = u.name"
        " WHERE COALESCE(p.told, 1) <> ? AND u.blocked = 0"
        " AND (u.contact = 1 OR EXISTS (SELECT 1 FROM Sender AS s WHERE s.name = u.name)) ORDER BY u.name",
        (int(exportable),),
    )
    return [str(name) for (name,) in rows]

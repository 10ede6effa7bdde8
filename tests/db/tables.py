"""Rows for every table of the schema, made up from its column types; and all that is in a database."""

import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from db.connection import Connection, Row
from db.schema import CLIENT
from db.tables import all_rows, columns_of, insert_rows

_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS `(\w+)` \((.*?)\n\)", re.DOTALL)
_COLUMN = re.compile(
    r"^  (\w+) +(VARCHAR|TEXT|MEDIUMTEXT|INT|BIGINT|TINYINT|DOUBLE|BINARY|VARBINARY|MEDIUMBLOB)"
    r"(?:\((\d+)\))? +(NOT NULL)?",
    re.MULTILINE,
)
_KEYS = re.compile(r"(?:PRIMARY|UNIQUE) KEY[ \w]* \(([^)]*)\)")
_BOUNDS = {"BIGINT": 2**63, "INT": 2**31, "TINYINT": 2**7}


@dataclass(frozen=True)
class Column:
    """`unique`: no two rows have the same in it."""

    name: str
    type: str
    size: int
    unique: bool
    nullable: bool

    def value(self, draw: st.DrawFn, number: int) -> Any:
        """Anything that it can hold; different for each number where that must be."""
        if self.nullable and draw(st.booleans()):
            return None
        if self.type == "DOUBLE":
            return draw(st.floats(allow_nan=False, allow_infinity=False))
        if self.type in _BOUNDS:
            bound = _BOUNDS[self.type]
            return number if self.unique else draw(st.integers(-bound, bound - 1))
        if self.type in ("VARCHAR", "TEXT", "MEDIUMTEXT"):
            text = draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=(self.size or 60) - 4))
            return f"{number}" if self.unique else text
        size = self.size or 100
        data = draw(st.binary(min_size=size if self.type == "BINARY" else 0, max_size=size))
        return number.to_bytes(4, "big") + data[4:] if self.unique else data


def schema() -> dict[str, list[Column]]:
    """The columns of each table, as schema.sql has them."""
    found = {}
    for table, body in _TABLE.findall(CLIENT.files["mysql"].read_text("utf-8")):
        unique = {name.strip() for names in _KEYS.findall(body) for name in names.split(",")}
        found[table] = [
            Column(name, kind, int(size or 0), name in unique, not stated)
            for name, kind, size, stated in _COLUMN.findall(body)
        ]
        assert len(found[table]) == len(re.findall("COMMENT", body)), f"a type in {table} that is not known here"
    return found


@st.composite
def contents(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Some rows for each table."""
    return {
        table: [tuple(column.value(draw, number) for column in columns) for number in range(draw(st.integers(0, 4)))]
        for table, columns in schema().items()
    }


def put(connection: Connection, rows: dict[str, list[Row]]) -> None:
    for table, some in rows.items():
        insert_rows(connection, table, columns_of(connection, table), some)


def everything(connection: Connection) -> dict[str, list[Row]]:
    """All rows of all tables, in an order of their own."""
    return {
        table: sorted(tuple(map(_plain, row)) for row in all_rows(connection, table, columns_of(connection, table)))
        for table in CLIENT.tables
    }


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, bytearray) else value

-- Rooms.

CREATE TABLE IF NOT EXISTS Room (
  name          TEXT    NOT NULL PRIMARY KEY,
  room_id       BLOB    NOT NULL,
  owner         TEXT    NOT NULL,
  owner_key     BLOB    NOT NULL,
  closed        INTEGER NOT NULL,
  topic         TEXT    NOT NULL,
  serial        INTEGER NOT NULL,
  guests        BLOB    NOT NULL,
  signature     BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS Member (
  room          TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  place         INTEGER NOT NULL,
  PRIMARY KEY (room, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS member_name ON Member (name);

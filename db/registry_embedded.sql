-- The registry's database on the embedded engine; the columns are explained in registry.sql.

CREATE TABLE IF NOT EXISTS Account (
  name          TEXT NOT NULL PRIMARY KEY,
  peer_id       TEXT NOT NULL,
  password_hash BLOB NOT NULL,
  public_key    BLOB NOT NULL,
  enrolled      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX IF NOT EXISTS account_peer_id ON Account (peer_id);

CREATE TABLE IF NOT EXISTS Revocation (
  public_key    BLOB NOT NULL PRIMARY KEY,
  name          TEXT NOT NULL,
  time          TEXT NOT NULL,
  signature     BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS revocation_name ON Revocation (name);

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

CREATE TABLE IF NOT EXISTS Setting (
  name          TEXT NOT NULL PRIMARY KEY,
  value         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

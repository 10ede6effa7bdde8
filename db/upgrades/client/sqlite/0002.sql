-- Rooms.

ALTER TABLE Sender ADD COLUMN room TEXT NOT NULL DEFAULT '';
ALTER TABLE Receiver ADD COLUMN room TEXT NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS sender_room ON Sender (room, ordinal);
CREATE INDEX IF NOT EXISTS receiver_room ON Receiver (room, ordinal);

CREATE TABLE IF NOT EXISTS Room (
  name       TEXT    NOT NULL PRIMARY KEY,
  state      TEXT    NOT NULL,
  room_id    BLOB    NOT NULL DEFAULT x'',
  owner      TEXT    NOT NULL DEFAULT '',
  owner_key  BLOB    NOT NULL DEFAULT x'',
  closed     INTEGER NOT NULL DEFAULT 0,
  topic      TEXT    NOT NULL DEFAULT '',
  serial     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS Member (
  room       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  present    INTEGER NOT NULL,
  public_key BLOB    NOT NULL DEFAULT x'',
  PRIMARY KEY (room, name)
) STRICT, WITHOUT ROWID;

-- The twin of ../schema.sql for the embedded engine; the columns are explained there.

CREATE TABLE IF NOT EXISTS User (
  name       TEXT    NOT NULL PRIMARY KEY,
  ip         TEXT    NOT NULL DEFAULT '',
  port       INTEGER NOT NULL DEFAULT 0,
  contact    INTEGER NOT NULL DEFAULT 0,
  blocked    INTEGER NOT NULL DEFAULT 0,
  muted      INTEGER NOT NULL DEFAULT 0,
  verified   INTEGER NOT NULL DEFAULT 0,
  revoked    INTEGER NOT NULL DEFAULT 0,
  peer_id    TEXT    NOT NULL DEFAULT '',
  public_key BLOB    NOT NULL DEFAULT x'',
  shown_key  BLOB    NOT NULL DEFAULT x'',
  read_up_to INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS Sender (
  ordinal    INTEGER NOT NULL,
  name       TEXT    NOT NULL,
  ip         TEXT    NOT NULL DEFAULT '',
  port       INTEGER NOT NULL DEFAULT 0,
  message    TEXT    NOT NULL,
  status     TEXT    NOT NULL,
  time       TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  recipients TEXT    NOT NULL,
  message_id BLOB    NOT NULL,
  digest     BLOB    NOT NULL,
  stream     BLOB    NOT NULL,
  seq        INTEGER NOT NULL,
  chain      BLOB    NOT NULL,
  room       TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (ordinal, name)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX IF NOT EXISTS sender_stream ON Sender (name, stream, seq);
CREATE UNIQUE INDEX IF NOT EXISTS sender_message ON Sender (message_id, name);
CREATE INDEX IF NOT EXISTS sender_name ON Sender (name, ordinal);
CREATE INDEX IF NOT EXISTS sender_room ON Sender (room, ordinal);

CREATE TABLE IF NOT EXISTS Receiver (
  ordinal    INTEGER NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL,
  ip         TEXT    NOT NULL DEFAULT '',
  port       INTEGER NOT NULL DEFAULT 0,
  message    TEXT    NOT NULL,
  time       TEXT    NOT NULL,
  claimed    TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  recipients TEXT    NOT NULL,
  message_id BLOB    NOT NULL,
  digest     BLOB    NOT NULL,
  room       TEXT    NOT NULL DEFAULT ''
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS receiver_message ON Receiver (message_id, name);
CREATE INDEX IF NOT EXISTS receiver_name ON Receiver (name, ordinal);
CREATE INDEX IF NOT EXISTS receiver_room ON Receiver (room, ordinal);

CREATE TABLE IF NOT EXISTS File (
  ordinal    INTEGER NOT NULL,
  name       TEXT    NOT NULL,
  outgoing   INTEGER NOT NULL,
  message_id BLOB    NOT NULL,
  file_name  TEXT    NOT NULL,
  size       INTEGER NOT NULL,
  type       TEXT    NOT NULL,
  digest     BLOB    NOT NULL,
  path       TEXT    NOT NULL,
  stamp      TEXT    NOT NULL DEFAULT '',
  state      TEXT    NOT NULL,
  reason     TEXT    NOT NULL DEFAULT '',
  time       TEXT    NOT NULL,
  PRIMARY KEY (ordinal, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS file_state ON File (state, name);
CREATE INDEX IF NOT EXISTS file_message ON File (message_id, name);

CREATE TABLE IF NOT EXISTS Transcript (
  ordinal      INTEGER NOT NULL PRIMARY KEY,
  state        TEXT    NOT NULL,
  attempts     INTEGER NOT NULL,
  text         TEXT    NOT NULL,
  confidence   REAL,
  duration_s   REAL    NOT NULL,
  engine       TEXT    NOT NULL,
  model_sha256 BLOB    NOT NULL,
  languages    TEXT    NOT NULL,
  reason       TEXT    NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS Outbound (
  name       TEXT    NOT NULL PRIMARY KEY,
  stream     BLOB    NOT NULL,
  peer_key   BLOB    NOT NULL DEFAULT x'',
  last_seq   INTEGER NOT NULL,
  last_chain BLOB    NOT NULL,
  acked      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS Inbound (
  name       TEXT    NOT NULL,
  stream     BLOB    NOT NULL,
  n          INTEGER NOT NULL,
  chain      BLOB    NOT NULL,
  ordinal    INTEGER NOT NULL,
  PRIMARY KEY (name, stream)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE IF NOT EXISTS Block (
  first      INTEGER NOT NULL PRIMARY KEY,
  last       INTEGER NOT NULL,
  first_time TEXT    NOT NULL,
  last_time  TEXT    NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS Word (
  start      TEXT    NOT NULL,
  block      INTEGER NOT NULL,
  places     BLOB    NOT NULL,
  PRIMARY KEY (start, block)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS Privacy (
  name       TEXT    NOT NULL PRIMARY KEY,
  exportable INTEGER NOT NULL DEFAULT 1,
  told       INTEGER NOT NULL DEFAULT 1,
  nicknames  TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS Setting (
  name       TEXT    NOT NULL PRIMARY KEY,
  value      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

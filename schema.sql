-- The database of one person: MySQL 8.4 or MariaDB 10.11, loadable by the mysql client alone:
--
--     mysql alice < schema.sql
--
-- User, Sender and Receiver keep every documented column; the others are ours. Times are ISO 8601 in
-- UTC and sort as text. db/embedded.sql is the twin of this file for the embedded engine; a test
-- compares them column for column.

CREATE TABLE IF NOT EXISTS `User` (
  name       VARCHAR(40)    NOT NULL            COMMENT 'the person, folded to lower case',
  ip         VARCHAR(64)    NOT NULL DEFAULT '' COMMENT 'where the person was reached last',
  port       INT            NOT NULL DEFAULT 0  COMMENT 'the port listened on there; 0: not known',
  contact    TINYINT        NOT NULL DEFAULT 0  COMMENT '1: among my contacts',
  blocked    TINYINT        NOT NULL DEFAULT 0  COMMENT '1: nothing is taken from, and nothing goes to, this person',
  muted      TINYINT        NOT NULL DEFAULT 0  COMMENT '1: messages come without a notice',
  verified   TINYINT        NOT NULL DEFAULT 0  COMMENT '1: the safety number was compared',
  revoked    TINYINT        NOT NULL DEFAULT 0  COMMENT '1: the registry declared the trusted key void',
  peer_id    VARCHAR(40)    NOT NULL DEFAULT '' COMMENT 'the id in the certificate, by which the person is dialled',
  public_key VARBINARY(32)  NOT NULL DEFAULT '' COMMENT 'the Ed25519 key trusted at first use, kept for good; empty: not met yet',
  shown_key  VARBINARY(32)  NOT NULL DEFAULT '' COMMENT 'another key that was offered since, refused until trusted',
  read_up_to BIGINT         NOT NULL DEFAULT 0  COMMENT 'the ordinal up to which this conversation was read',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='people I know of';

CREATE TABLE IF NOT EXISTS `Sender` (
  ordinal    BIGINT         NOT NULL            COMMENT 'place in my history, counted over Sender and Receiver together',
  name       VARCHAR(40)    NOT NULL            COMMENT 'the recipient of this row',
  ip         VARCHAR(64)    NOT NULL DEFAULT '' COMMENT 'where the recipient was last known to be when I wrote',
  port       INT            NOT NULL DEFAULT 0  COMMENT 'the port there',
  message    TEXT           NOT NULL            COMMENT 'what I wrote',
  status     VARCHAR(16)    NOT NULL            COMMENT 'pending: here alone; sent: on the disk of the recipient too; of a file also declined, cancelled, failed',
  time       VARCHAR(32)    NOT NULL            COMMENT 'when I wrote it',
  kind       VARCHAR(16)    NOT NULL            COMMENT 'text, file, image or voice',
  recipients TEXT           NOT NULL            COMMENT 'everyone it went to, separated by commas; or the room',
  message_id BINARY(16)     NOT NULL            COMMENT 'the same for every recipient',
  digest     BINARY(32)     NOT NULL            COMMENT 'SHA-256 of the body as it travels',
  stream     BINARY(16)     NOT NULL            COMMENT 'the numbering this row is sent in',
  seq        BIGINT         NOT NULL            COMMENT 'its number there, from 1 without a gap',
  chain      BINARY(32)     NOT NULL            COMMENT 'SHA-256(chain before, message_id, digest)',
  room       VARCHAR(41)    NOT NULL DEFAULT '' COMMENT 'the room that I wrote it in, as in #tea; empty: to people',
  PRIMARY KEY (ordinal, name),
  UNIQUE KEY sender_stream (name, stream, seq),
  UNIQUE KEY sender_message (message_id, name),
  KEY sender_name (name, ordinal),
  KEY sender_room (room, ordinal)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='what I wrote: one row per recipient; the outbox';

CREATE TABLE IF NOT EXISTS `Receiver` (
  ordinal    BIGINT         NOT NULL            COMMENT 'place in my history, counted over Sender and Receiver together',
  name       VARCHAR(40)    NOT NULL            COMMENT 'who wrote it',
  ip         VARCHAR(64)    NOT NULL DEFAULT '' COMMENT 'where it came from',
  port       INT            NOT NULL DEFAULT 0  COMMENT 'the port the sender listened on',
  message    TEXT           NOT NULL            COMMENT 'what was written',
  time       VARCHAR(32)    NOT NULL            COMMENT 'when it arrived here',
  claimed    VARCHAR(32)    NOT NULL            COMMENT 'when it was written, by the clock of the sender',
  kind       VARCHAR(16)    NOT NULL            COMMENT 'text, file, image or voice',
  recipients TEXT           NOT NULL            COMMENT 'everyone it went to, separated by commas; or the room',
  message_id BINARY(16)     NOT NULL            COMMENT 'by which a second copy is known',
  digest     BINARY(32)     NOT NULL            COMMENT 'SHA-256 of the body as it travelled',
  room       VARCHAR(41)    NOT NULL DEFAULT '' COMMENT 'the room that it was written in, as in #tea; empty: to people',
  PRIMARY KEY (ordinal),
  UNIQUE KEY receiver_message (message_id, name),
  KEY receiver_name (name, ordinal),
  KEY receiver_room (room, ordinal)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='what others wrote to me';

CREATE TABLE IF NOT EXISTS `File` (
  ordinal    BIGINT         NOT NULL            COMMENT 'of the message that it belongs to, in Sender or Receiver',
  name       VARCHAR(40)    NOT NULL            COMMENT 'the person at the other end',
  outgoing   TINYINT        NOT NULL            COMMENT '1: I send it; 0: it comes to me',
  message_id BINARY(16)     NOT NULL            COMMENT 'of that message',
  file_name  VARCHAR(255)   NOT NULL            COMMENT 'its name as the sender has it; never used as a path',
  size       BIGINT         NOT NULL            COMMENT 'bytes',
  type       VARCHAR(100)   NOT NULL            COMMENT 'media type, by the word of the sender',
  digest     BINARY(32)     NOT NULL            COMMENT 'SHA-256 of the whole',
  path       TEXT           NOT NULL            COMMENT 'where it lies on this machine; empty: nowhere yet',
  stamp      VARCHAR(64)    NOT NULL DEFAULT '' COMMENT 'of the file that is sent: changes when it does',
  state      VARCHAR(16)    NOT NULL            COMMENT 'offered, accepted, done, declined, cancelled, failed',
  reason     VARCHAR(512)   NOT NULL DEFAULT '' COMMENT 'why it failed',
  time       VARCHAR(32)    NOT NULL            COMMENT 'when it was offered',
  PRIMARY KEY (ordinal, name),
  KEY file_state (state, name),
  KEY file_message (message_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='files that belong to messages, one row per person at the other end';

CREATE TABLE IF NOT EXISTS `Transcript` (
  ordinal      BIGINT         NOT NULL          COMMENT 'of the voice message whose words these are, in Sender or Receiver',
  state        VARCHAR(16)    NOT NULL          COMMENT 'waiting; done; silent: there is no speech in it; failed',
  attempts     INT            NOT NULL          COMMENT 'how often it was begun: counted before, so that a crash counts',
  text         MEDIUMTEXT     NOT NULL          COMMENT 'what is said in it',
  confidence   DOUBLE                           COMMENT '0 to 1; NULL: the engine has none',
  duration_s   DOUBLE         NOT NULL          COMMENT 'how long it is, in seconds',
  engine       VARCHAR(80)    NOT NULL          COMMENT 'what wrote it down',
  model_sha256 VARBINARY(32)  NOT NULL          COMMENT 'with which model',
  languages    VARCHAR(1000)  NOT NULL          COMMENT 'that the model knows, ISO 639-1, separated by commas',
  reason       VARCHAR(500)   NOT NULL          COMMENT 'why there are no words',
  PRIMARY KEY (ordinal)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='voice messages in words, written down on this machine';

CREATE TABLE IF NOT EXISTS `Outbound` (
  name       VARCHAR(40)    NOT NULL            COMMENT 'the recipient',
  stream     BINARY(16)     NOT NULL            COMMENT 'the current stream to that person',
  peer_key   VARBINARY(32)  NOT NULL DEFAULT '' COMMENT 'the key of the recipient that the stream is for; empty: not linked yet',
  last_seq   BIGINT         NOT NULL            COMMENT 'the number of the newest row',
  last_chain VARBINARY(32)  NOT NULL            COMMENT 'the chain there',
  acked      BIGINT         NOT NULL            COMMENT 'up to here the recipient said that it is on disk',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='my numbering, one row per recipient';

CREATE TABLE IF NOT EXISTS `Inbound` (
  name       VARCHAR(40)    NOT NULL            COMMENT 'who writes',
  stream     BINARY(16)     NOT NULL            COMMENT 'a stream of that person',
  n          BIGINT         NOT NULL            COMMENT 'its first n messages are in Receiver',
  chain      BINARY(32)     NOT NULL            COMMENT 'the chain over them',
  ordinal    BIGINT         NOT NULL            COMMENT 'of the newest of them: orders the streams of one person',
  PRIMARY KEY (name, stream)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='how far the streams of others are held';

CREATE TABLE IF NOT EXISTS `Room` (
  name       VARCHAR(41)    NOT NULL            COMMENT 'the room, with its sign and folded to lower case, as in #tea',
  state      VARCHAR(16)    NOT NULL            COMMENT 'asked: I am about to come in; joined: I am in it; left: I was',
  room_id    VARBINARY(16)  NOT NULL DEFAULT '' COMMENT 'tells it from a later room of the same name',
  owner      VARCHAR(40)    NOT NULL DEFAULT '' COMMENT 'whose it is',
  owner_key  VARBINARY(32)  NOT NULL DEFAULT '' COMMENT 'the Ed25519 key that signs who may be in a closed room',
  closed     TINYINT        NOT NULL DEFAULT 0  COMMENT '1: by invitation only',
  topic      VARCHAR(200)   NOT NULL DEFAULT '' COMMENT 'what it is about',
  serial     BIGINT         NOT NULL DEFAULT 0  COMMENT 'of the newest signed list of guests that I saw; an older one is refused',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='the rooms that I am or was in';

CREATE TABLE IF NOT EXISTS `Member` (
  room       VARCHAR(41)    NOT NULL            COMMENT 'the room',
  name       VARCHAR(40)    NOT NULL            COMMENT 'somebody in it, or who may come in',
  present    TINYINT        NOT NULL            COMMENT '1: is in it as far as I know; 0: is invited',
  public_key VARBINARY(32)  NOT NULL DEFAULT '' COMMENT 'of a closed room: the key by which the owner knows that person',
  PRIMARY KEY (room, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='who is in the rooms that I am in';

CREATE TABLE IF NOT EXISTS `Block` (
  first      BIGINT         NOT NULL            COMMENT 'the ordinal of its first message',
  last       BIGINT         NOT NULL            COMMENT 'and of its last',
  first_time VARCHAR(32)    NOT NULL            COMMENT 'the earliest time of its messages',
  last_time  VARCHAR(32)    NOT NULL            COMMENT 'and the latest',
  PRIMARY KEY (first)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='up to 2,048 messages each, from the first without a gap, whose words are in Word';

CREATE TABLE IF NOT EXISTS `Word` (
  start      VARCHAR(8)     NOT NULL            COMMENT 'how the words start; with < names of writers, with > of recipients, with = kinds; with # characters of Chinese and the like',
  block      BIGINT         NOT NULL            COMMENT 'the block, by its first',
  places     MEDIUMBLOB     NOT NULL            COMMENT 'MessagePack: each word with the places in the block of the messages that have it',
  PRIMARY KEY (start, block)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='which words are in which messages: what /search looks up';

CREATE TABLE IF NOT EXISTS `Privacy` (
  name       VARCHAR(40)    NOT NULL            COMMENT 'the person; my own name for myself',
  exportable TINYINT        NOT NULL DEFAULT 1  COMMENT '0: said that nothing that this person wrote may be exported',
  told       TINYINT        NOT NULL DEFAULT 1  COMMENT 'what the client of this person heard last of my own wish',
  nicknames  VARCHAR(1000)  NOT NULL DEFAULT '' COMMENT 'what else the person is called, separated by commas: /export finds it',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='what people wish about exports, and by which names they are found in them';

CREATE TABLE IF NOT EXISTS `Setting` (
  name       VARCHAR(40)    NOT NULL            COMMENT 'what is set; schema_version among others',
  value      VARCHAR(255)   NOT NULL            COMMENT 'to what',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='what the program keeps for itself';

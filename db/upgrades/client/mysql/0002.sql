-- Rooms.

SET @missing = NOT EXISTS (SELECT 1 FROM information_schema.columns
  WHERE table_schema = DATABASE() AND table_name = 'Sender' AND column_name = 'room');
SET @change = IF(@missing,
  'ALTER TABLE `Sender` ADD COLUMN room VARCHAR(41) NOT NULL DEFAULT '''' COMMENT ''the room that I wrote it in, as in #tea; empty: to people'', ADD KEY sender_room (room, ordinal)',
  'DO 0');
PREPARE step FROM @change; EXECUTE step; DEALLOCATE PREPARE step;

SET @missing = NOT EXISTS (SELECT 1 FROM information_schema.columns
  WHERE table_schema = DATABASE() AND table_name = 'Receiver' AND column_name = 'room');
SET @change = IF(@missing,
  'ALTER TABLE `Receiver` ADD COLUMN room VARCHAR(41) NOT NULL DEFAULT '''' COMMENT ''the room that it was written in, as in #tea; empty: to people'', ADD KEY receiver_room (room, ordinal)',
  'DO 0');
PREPARE step FROM @change; EXECUTE step; DEALLOCATE PREPARE step;

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

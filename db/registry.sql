-- The registry's database on MySQL or MariaDB. db/registry_embedded.sql is its twin.

CREATE TABLE IF NOT EXISTS Account (
  name          VARCHAR(40)   NOT NULL COMMENT 'the person, folded to lower case',
  peer_id       VARCHAR(40)   NOT NULL COMMENT 'random, in the certificates as a DNS name',
  password_hash VARBINARY(72) NOT NULL COMMENT 'bcrypt of a key derived from the password, never of the password',
  public_key    VARBINARY(32) NOT NULL COMMENT 'Ed25519, of the newest enrolment',
  enrolled      VARCHAR(32)   NOT NULL COMMENT 'when that was, ISO 8601 in UTC',
  PRIMARY KEY (name),
  UNIQUE KEY account_peer_id (peer_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='who exists';

CREATE TABLE IF NOT EXISTS Revocation (
  public_key    VARBINARY(32) NOT NULL COMMENT 'a key that was replaced by a newer enrolment',
  name          VARCHAR(40)   NOT NULL COMMENT 'whose it was',
  time          VARCHAR(32)   NOT NULL COMMENT 'since when it is void',
  signature     VARBINARY(64) NOT NULL COMMENT 'of the certificate authority over key, name and time',
  PRIMARY KEY (public_key),
  KEY revocation_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='keys that are void';

CREATE TABLE IF NOT EXISTS Room (
  name          VARCHAR(41)   NOT NULL COMMENT 'the room, with its sign and folded to lower case, as in #tea',
  room_id       BINARY(16)    NOT NULL COMMENT 'tells it from a later room of the same name',
  owner         VARCHAR(40)   NOT NULL COMMENT 'whose it is',
  owner_key     VARBINARY(32) NOT NULL COMMENT 'the Ed25519 key that signs the guests of a closed room',
  closed        TINYINT       NOT NULL COMMENT '1: by invitation only',
  topic         VARCHAR(200)  NOT NULL COMMENT 'what it is about',
  serial        BIGINT        NOT NULL COMMENT 'of the list of guests, which grows with each; 0: there is none',
  guests        MEDIUMBLOB    NOT NULL COMMENT 'MessagePack: who may come into a closed room, names and keys',
  signature     VARBINARY(64) NOT NULL COMMENT 'of the owner over room, serial and guests',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='rooms; what is said in them is nowhere here';

CREATE TABLE IF NOT EXISTS Member (
  room          VARCHAR(41)   NOT NULL COMMENT 'the room',
  name          VARCHAR(40)   NOT NULL COMMENT 'somebody in it',
  place         BIGINT        NOT NULL COMMENT 'grows with each who comes in: who has the lowest is in it longest',
  PRIMARY KEY (room, name),
  KEY member_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='who is in which room';

CREATE TABLE IF NOT EXISTS Setting (
  name          VARCHAR(40)   NOT NULL COMMENT 'what is set',
  value         VARCHAR(255)  NOT NULL COMMENT 'to what',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='what the program keeps for itself';

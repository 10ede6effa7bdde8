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

CREATE TABLE IF NOT EXISTS Setting (
  name          VARCHAR(40)   NOT NULL COMMENT 'what is set',
  value         VARCHAR(255)  NOT NULL COMMENT 'to what',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='what the program keeps for itself';

CREATE TABLE IF NOT EXISTS `Privacy` (
  name       VARCHAR(40)    NOT NULL            COMMENT 'the person; my own name for myself',
  exportable TINYINT        NOT NULL DEFAULT 1  COMMENT '0: said that nothing that this person wrote may be exported',
  told       TINYINT        NOT NULL DEFAULT 1  COMMENT 'what the client of this person heard last of my own wish',
  nicknames  VARCHAR(1000)  NOT NULL DEFAULT '' COMMENT 'what else the person is called, separated by commas: /export finds it',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='what people wish about exports, and by which names they are found in them';

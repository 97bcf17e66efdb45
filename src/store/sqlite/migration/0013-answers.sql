-- What agents were answered lately, for those that subscribe after a restart.
CREATE TABLE answers (
  agent_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  topic TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (agent_id, number)
) STRICT;

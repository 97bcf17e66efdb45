-- What of the agents changed last, by whatever process: who knows them all reads what is newer. One
-- that was removed keeps its row here, or nobody would hear of it.
CREATE TABLE agent_changes (
  agent_id TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX agent_changes_version ON agent_changes (version);

CREATE TRIGGER agents_added AFTER INSERT ON agents
BEGIN
  INSERT INTO agent_changes
  VALUES (NEW.id, (SELECT coalesce(max(version), 0) + 1 FROM agent_changes))
  ON CONFLICT (agent_id) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER agents_changed AFTER UPDATE ON agents
BEGIN
  INSERT INTO agent_changes
  VALUES (NEW.id, (SELECT coalesce(max(version), 0) + 1 FROM agent_changes))
  ON CONFLICT (agent_id) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER agents_removed AFTER DELETE ON agents
BEGIN
  INSERT INTO agent_changes
  VALUES (OLD.id, (SELECT coalesce(max(version), 0) + 1 FROM agent_changes))
  ON CONFLICT (agent_id) DO UPDATE SET version = excluded.version;
END;

-- Topics of networks that their protocol's documents leave open.
CREATE TABLE network_topics (
  driver TEXT NOT NULL,
  network TEXT NOT NULL,
  answers TEXT,
  presence TEXT,
  PRIMARY KEY (driver, network)
) STRICT, WITHOUT ROWID;

-- Which command a step was, so that a late answer finds it.
ALTER TABLE rollout_steps ADD COLUMN command_id TEXT;

CREATE INDEX rollout_steps_command ON rollout_steps (command_id);

-- Settings that people lay down for networks, assets and devices, and their way to the devices.
CREATE TABLE templates (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  driver TEXT NOT NULL,
  command TEXT NOT NULL,
  parameters TEXT NOT NULL CHECK (json_valid(parameters))
) STRICT;

CREATE UNIQUE INDEX templates_name ON templates (driver, command, name COLLATE NOCASE);

CREATE TABLE layers (
  driver TEXT NOT NULL,
  command TEXT NOT NULL,
  scope TEXT NOT NULL,
  template_id TEXT REFERENCES templates (id) DEFERRABLE INITIALLY DEFERRED,
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),
  PRIMARY KEY (driver, command, scope)
) STRICT, WITHOUT ROWID;

CREATE INDEX layers_template ON layers (template_id);

-- A scope is no reference that SQLite could follow: it may also be a network, which has no row.
CREATE INDEX layers_scope ON layers (scope);

CREATE TRIGGER layers_leave_with_assets AFTER DELETE ON assets
BEGIN
  DELETE FROM layers WHERE scope = 'asset:' || OLD.id;
END;

CREATE TRIGGER layers_leave_with_devices AFTER DELETE ON devices
BEGIN
  DELETE FROM layers WHERE scope = 'device:' || OLD.id;
END;

CREATE TABLE rollouts (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  command TEXT NOT NULL,
  state TEXT NOT NULL,
  per_second REAL NOT NULL,
  actor TEXT NOT NULL CHECK (json_valid(actor)),
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE TABLE rollout_steps (
  rollout_id TEXT NOT NULL
    REFERENCES rollouts (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  device_id TEXT NOT NULL
    REFERENCES devices (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER,
  PRIMARY KEY (rollout_id, device_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX rollout_steps_device ON rollout_steps (device_id);

-- What others told a device, for whoever asks why it is not as it was meant to be.
CREATE TABLE overheard (
  device_id TEXT NOT NULL
    REFERENCES devices (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  command TEXT NOT NULL,
  parameters TEXT CHECK (parameters IS NULL OR json_valid(parameters)),
  agent_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (device_id, command)
) STRICT, WITHOUT ROWID;

-- Times are milliseconds since the epoch, booleans 0 or 1, nested values JSON.
-- References are checked at the end of a transaction: within one, order does not matter.

CREATE TABLE assets (
  id TEXT NOT NULL PRIMARY KEY,
  parent_id TEXT REFERENCES assets (id) DEFERRABLE INITIALLY DEFERRED,
  type_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  external_id TEXT,
  demo INTEGER NOT NULL CHECK (demo IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX assets_parent ON assets (parent_id);

CREATE INDEX assets_external ON assets (external_id);

CREATE TABLE asset_types (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  aspects TEXT NOT NULL CHECK (json_valid(aspects)),
  commands TEXT NOT NULL CHECK (json_valid(commands))
) STRICT;

CREATE TABLE aspect_types (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  variables TEXT NOT NULL CHECK (json_valid(variables))
) STRICT;

CREATE TABLE points (
  id TEXT NOT NULL PRIMARY KEY,
  asset_id TEXT NOT NULL
    REFERENCES assets (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  aspect TEXT NOT NULL,
  variable TEXT NOT NULL CHECK (json_valid(variable)),
  series INTEGER NOT NULL
) STRICT;

CREATE INDEX points_asset ON points (asset_id);

CREATE INDEX points_series ON points (series);

CREATE TABLE devices (
  id TEXT NOT NULL PRIMARY KEY,
  driver TEXT NOT NULL,
  address TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  name TEXT NOT NULL,
  asset_id TEXT REFERENCES assets (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  ignored INTEGER NOT NULL CHECK (ignored IN (0, 1)),
  demo INTEGER NOT NULL CHECK (demo IN (0, 1)),
  first_seen_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX devices_address ON devices (driver, address);

CREATE INDEX devices_asset ON devices (asset_id);

CREATE TABLE channels (
  device_id TEXT NOT NULL
    REFERENCES devices (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  series INTEGER NOT NULL,
  data_type TEXT NOT NULL,
  proposal TEXT NOT NULL CHECK (json_valid(proposal)),
  retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
  PRIMARY KEY (device_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE models (
  driver TEXT NOT NULL,
  device TEXT NOT NULL,
  external_id TEXT NOT NULL,
  model TEXT NOT NULL CHECK (json_valid(model)),
  at INTEGER NOT NULL,
  PRIMARY KEY (driver, device, external_id)
) STRICT;

CREATE TABLE agents (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  tenant TEXT NOT NULL,
  client_id TEXT NOT NULL UNIQUE,
  revoked INTEGER NOT NULL CHECK (revoked IN (0, 1)),
  demo INTEGER NOT NULL CHECK (demo IN (0, 1)),
  created_at INTEGER NOT NULL,
  "grant" TEXT CHECK ("grant" IS NULL OR json_valid("grant"))
) STRICT;

CREATE UNIQUE INDEX agents_name ON agents (kind, tenant, name);

CREATE TABLE credentials (
  id TEXT NOT NULL PRIMARY KEY,
  agent_id TEXT NOT NULL
    REFERENCES agents (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  kind TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE INDEX credentials_agent ON credentials (agent_id);

CREATE INDEX credentials_secret ON credentials (secret);

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX users_name ON users (name COLLATE NOCASE);

CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL
    REFERENCES users (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  remote TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE tokens (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  secret TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  used_at INTEGER
) STRICT;

CREATE TABLE screens (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  widgets TEXT NOT NULL CHECK (json_valid(widgets)),
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE commands (
  id TEXT NOT NULL PRIMARY KEY,
  device_id TEXT NOT NULL,
  name TEXT NOT NULL,
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),
  actor TEXT NOT NULL CHECK (json_valid(actor)),
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  topic TEXT,
  payload TEXT,
  requested_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  settled_at INTEGER
) STRICT;

CREATE INDEX commands_device ON commands (device_id, id);

CREATE TABLE rejected (
  id TEXT NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  driver TEXT NOT NULL,
  topic TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  times INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
  sequence INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL CHECK (json_valid(actor)),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  hash TEXT NOT NULL
) STRICT;

CREATE INDEX events_kind ON events (kind, sequence);

CREATE INDEX events_subject ON events (subject, sequence);

CREATE TRIGGER events_stay_as_they_are BEFORE UPDATE ON events
BEGIN
  SELECT RAISE (ABORT, 'the journal is append-only');
END;

CREATE TRIGGER events_stay BEFORE DELETE ON events
BEGIN
  SELECT RAISE (ABORT, 'the journal is append-only');
END;

-- REPLACE would remove the old row without asking the trigger above.
CREATE TRIGGER events_come_once BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE sequence = NEW.sequence)
BEGIN
  SELECT RAISE (ABORT, 'the journal is append-only');
END;

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE series_given (
  one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  last INTEGER NOT NULL
) STRICT;

INSERT INTO series_given (one, last) VALUES (1, 0);

-- What agents and programs say has happened to assets, and of which types.
CREATE TABLE asset_events (
  at INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  type_id TEXT NOT NULL,
  asset_id TEXT,
  device_id TEXT,
  correlation_id TEXT NOT NULL,
  is_latest INTEGER NOT NULL CHECK (is_latest IN (0, 1)),
  severity INTEGER,
  acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  etag INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (at, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX asset_events_asset ON asset_events (asset_id, at, id);

CREATE INDEX asset_events_device ON asset_events (device_id, at, id);

CREATE INDEX asset_events_correlation ON asset_events (correlation_id);

CREATE INDEX asset_events_expires ON asset_events (expires_at);

CREATE TABLE event_types (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  parent_id TEXT,
  ttl_days INTEGER NOT NULL,
  scope TEXT NOT NULL,
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  etag INTEGER NOT NULL
) STRICT;

-- How agents that speak over HTTP get in, and what they say that they will send.
CREATE TABLE boardings (
  agent_id TEXT NOT NULL PRIMARY KEY
    REFERENCES agents (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  asset_id TEXT NOT NULL
    REFERENCES assets (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  profile TEXT NOT NULL,
  etag INTEGER NOT NULL,
  invitation TEXT,
  invited_until INTEGER,
  registration TEXT,
  secrets TEXT NOT NULL CHECK (json_valid(secrets)),
  keys TEXT NOT NULL CHECK (json_valid(keys)),
  onboarded_at INTEGER,
  data_sources TEXT CHECK (data_sources IS NULL OR json_valid(data_sources)),
  data_sources_etag INTEGER NOT NULL
) STRICT;

CREATE INDEX boardings_asset ON boardings (asset_id);

CREATE INDEX boardings_invitation ON boardings (invitation);

CREATE INDEX boardings_registration ON boardings (registration);

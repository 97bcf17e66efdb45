-- Devices that have left and not spoken since: a restart does not bring them back.
CREATE TABLE departures (
  device_id TEXT NOT NULL PRIMARY KEY
    REFERENCES devices (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  heard_at INTEGER
) STRICT, WITHOUT ROWID;

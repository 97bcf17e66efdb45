-- Which sensors of a device ever worked, should be there, and have failed: a bit each.
CREATE TABLE fittings (
  device_id TEXT NOT NULL
    REFERENCES devices (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  channel TEXT NOT NULL,
  worked INTEGER NOT NULL,
  wanted INTEGER NOT NULL,
  unwanted INTEGER NOT NULL,
  faulty INTEGER NOT NULL,
  PRIMARY KEY (device_id, channel)
) STRICT, WITHOUT ROWID;

-- What devices and programs hand in; the bytes lie in the folder `files`, under the id.
CREATE TABLE files (
  id TEXT NOT NULL PRIMARY KEY,
  subject TEXT NOT NULL,
  path TEXT NOT NULL,
  type TEXT NOT NULL,
  description TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  by TEXT NOT NULL CHECK (json_valid(by)),
  made_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  etag INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX files_path ON files (subject, path);

-- Authorities of tenants, beside the built-in one: whom they sign for may come in.
CREATE TABLE authorities (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  certificate TEXT NOT NULL,
  fingerprint TEXT NOT NULL UNIQUE,
  registration_code TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  verified_at INTEGER
) STRICT;

CREATE INDEX authorities_tenant ON authorities (tenant);

-- Two authorities may give the same serial: which one signed is part of who it is.
ALTER TABLE credentials ADD COLUMN authority_id TEXT;

-- What the device said last of a command, where its protocol lets it.
ALTER TABLE commands ADD COLUMN answer TEXT CHECK (answer IS NULL OR json_valid(answer));

-- Values whose time lay too far ahead of the clock, kept until somebody takes them in.
CREATE TABLE ahead_sheets (
  id TEXT NOT NULL PRIMARY KEY,
  "values" INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  first_at REAL NOT NULL,
  last_at REAL NOT NULL,
  readings TEXT NOT NULL
) STRICT;

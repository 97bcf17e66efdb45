-- What devices declared of their channels, for protocols that do not say it again.
CREATE TABLE declarations (
  driver TEXT NOT NULL,
  device TEXT NOT NULL,
  channels TEXT NOT NULL CHECK (json_valid(channels)),
  at INTEGER NOT NULL,
  PRIMARY KEY (driver, device)
) STRICT;

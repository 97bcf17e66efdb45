-- How messages are read that do not explain themselves.
CREATE TABLE layouts (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  filter TEXT NOT NULL,
  device TEXT NOT NULL,
  fields TEXT NOT NULL CHECK (json_valid(fields))
) STRICT;

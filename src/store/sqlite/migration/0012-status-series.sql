-- In which series the status words of another one's samples are.
CREATE TABLE status_series (
  series INTEGER NOT NULL PRIMARY KEY,
  words INTEGER NOT NULL UNIQUE
) STRICT;

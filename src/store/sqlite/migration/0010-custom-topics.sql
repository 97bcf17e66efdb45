-- Topics that agents have registered for themselves, and where values stand in their messages.
CREATE TABLE custom_topics (
  id TEXT NOT NULL PRIMARY KEY,
  agent_id TEXT NOT NULL,
  topic TEXT NOT NULL UNIQUE,
  driver TEXT NOT NULL,
  device TEXT NOT NULL,
  etag INTEGER NOT NULL,
  mappings TEXT NOT NULL CHECK (json_valid(mappings))
) STRICT;

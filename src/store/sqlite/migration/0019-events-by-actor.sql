-- Who did something, and when it was: the journal is asked for both.
CREATE INDEX events_actor ON events (json_extract (actor, '$.id'), sequence);

CREATE INDEX events_at ON events (at);

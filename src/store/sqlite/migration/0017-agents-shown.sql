-- The order in which agents are listed, a page at a time: there may be twenty thousand.
CREATE INDEX agents_shown ON agents (revoked, name, id);

-- Signed tokens are in no list: those of before end when a password changes.
ALTER TABLE users ADD COLUMN valid_from INTEGER NOT NULL DEFAULT 0;

-- What an asset, its type and its aspects are beside their names, as MindSphere tells it.
ALTER TABLE aspect_types ADD COLUMN category TEXT NOT NULL DEFAULT 'dynamic';
ALTER TABLE aspect_types ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE aspect_types ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

ALTER TABLE asset_types ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE asset_types ADD COLUMN instantiable INTEGER NOT NULL DEFAULT 1
  CHECK (instantiable IN (0, 1));
ALTER TABLE asset_types ADD COLUMN variables TEXT NOT NULL DEFAULT '[]'
  CHECK (json_valid(variables));
ALTER TABLE asset_types ADD COLUMN files TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(files));
ALTER TABLE asset_types ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

ALTER TABLE assets ADD COLUMN location TEXT CHECK (location IS NULL OR json_valid(location));
ALTER TABLE assets ADD COLUMN timezone TEXT;
ALTER TABLE assets ADD COLUMN twin_type TEXT NOT NULL DEFAULT 'performance';
ALTER TABLE assets ADD COLUMN statics TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(statics));
ALTER TABLE assets ADD COLUMN files TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(files));
ALTER TABLE assets ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

-- What networks say of their devices' software, also before a device has spoken itself.
CREATE TABLE firmware (
  driver TEXT NOT NULL,
  address TEXT NOT NULL,
  api TEXT NOT NULL,
  PRIMARY KEY (driver, address)
) STRICT, WITHOUT ROWID;

"""Read recorded traffic: HAR files, and which provider each exchange belongs to."""

"""Sessions of people over time, in a local SQLite file."""

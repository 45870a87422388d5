"""The archive as an SQLite database: to be listed, searched and counted. Made anew from the archive at will."""

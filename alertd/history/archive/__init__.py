"""The journal as daily files of JSON lines, packed with zstd, each line chained to the one before by hashes."""

"""The journal as daily files of JSON lines, packed with zstd, each line chained to the one before by hashes.

writer   appends, seals        <- the daemon's archive worker, the only writer
reader   line by line, or single lines, while it is written
verify   finds what was altered, is missing, swapped, added or unreadable, at its line
prune    takes out what was kept long enough, or as long as its source allows; holds keep what is asked for
export, importing   a part of it as an archive of its own, and back

archive.json                     id and version of the format
2026/2026-11-29.jsonl.zst        a day that is over
2026-11-30.open.jsonl.zst        the day that is written
manifest.jsonl                   what the days' files must be, chained
blobs/ab/<sha256>.zst            rule files, holdings, companies tables, by content
holds.json                       legal holds
imported/<id>/                   archives of elsewhere
"""

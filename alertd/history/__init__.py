"""What was: the archive of the journal, its projection for searching, backtests, replay, and what the news has done.

journal -> archive (files a day, chained by hashes) -> projection (SQLite) -> search, `why`, reports, the page
                        `-> past -> backtest, replay
"""

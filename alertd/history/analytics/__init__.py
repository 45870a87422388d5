"""What the news about companies and portfolios has been doing. Pure; the reports on it."""

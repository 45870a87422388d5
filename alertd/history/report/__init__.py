"""What a portfolio's news has been doing, for people: terminal, JSON, HTML, mail."""

"""Companies: the SEC's registrants, those the desk declares, how they are related, and what a portfolio holds. Pure."""

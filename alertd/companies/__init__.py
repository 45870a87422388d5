"""Companies: the SEC's registrants, those the desk declares, how they are related, and what is held. Pure."""

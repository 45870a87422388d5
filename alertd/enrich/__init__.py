"""What an event is about: companies, money and terms, roles and status, tone, story. Pure."""

"""Charts: as SVG for pages, as tables for mail, as characters for the terminal. Pure."""

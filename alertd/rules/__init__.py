"""The rule language: conditions as a table of operators, portfolios, loading, matching, explaining. Pure."""

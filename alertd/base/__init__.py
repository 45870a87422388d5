"""Small tools every room needs: ids, clock, secrets, YAML with positions, failpoints."""

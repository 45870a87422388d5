"""Tools for those who work on alertd; not part of the package."""

"""The daemon over HTTP: health, readiness, metrics, status; the base for the desk's page and for writes."""

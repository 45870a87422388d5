"""The only room that speaks Redis: streams, queue, journal, and the guarantees around them (docs/store.md)."""

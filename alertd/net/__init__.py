"""The one guarded HTTP client: address check at connect, caps, redirects by hand, Retry-After, budget per host."""

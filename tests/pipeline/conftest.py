"""A real Redis for the steps that remember."""

from __future__ import annotations

from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401

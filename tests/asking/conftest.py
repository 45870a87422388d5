from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401

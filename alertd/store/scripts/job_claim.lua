-- requires: prelude
-- Take the job that has been due for longest: until the end of the turn nobody else is given it.
-- ARGV: token, now, end of the turn. Answers {'ok'} or {'ok', job, what, attempts, came}.
need('job_due', 'zset')
local refused = refusal()
if refused then
  return refused
end
local found = redis.call('ZRANGEBYSCORE', K['job_due'], '-inf', ARGV[2], 'LIMIT', 0, 1)[1]
if not found then
  return {'ok'}
end
local job = 'job:' .. found
need(job, 'hash')
refused = refusal()
if refused then
  return refused
end
if redis.call('EXISTS', K[job]) == 0 then
  redis.call('ZREM', K['job_due'], found)
  return {'ok'}
end
redis.call('ZADD', K['job_due'], ARGV[3], found)
redis.call('HSET', K[job], 'state', 'running', 'token', ARGV[1])
local attempts = redis.call('HINCRBY', K[job], 'attempts', 1)
local rest = redis.call('HMGET', K[job], 'what', 'came')
return {'ok', found, rest[1], attempts, rest[2]}

-- requires: prelude
-- Count one more second of a process's life, and say what stood there: a store that is older than the process knew
-- says less (store/age.py). ARGV: member, count and time joined by |, seconds to keep it.
-- Answers {'ok', what stood there or '', epoch or ''}.
local name = 'beat:' .. ARGV[1]
need(name, 'string')
need('meta', 'hash')
local refused = refusal()
if refused then
  return refused
end
local before = redis.call('GET', K[name]) or ''
redis.call('SET', K[name], ARGV[2], 'EX', ARGV[3])
return {'ok', before, redis.call('HGET', K['meta'], 'epoch') or ''}

-- requires: prelude
-- Say how far a job is, for whoever has its turn. ARGV: job, token, state, came, due time, how long it is kept.
-- `running` goes on until then, `queued` is given back and counts as no attempt, all else is the end.
-- Answers {'ok'}, or {'gone'}: it is another's by now, or forgotten.
local job = 'job:' .. ARGV[1]
need(job, 'hash')
need('job_due', 'zset')
need('job_holds', 'hash')
local refused = refusal()
if refused then
  return refused
end
if redis.call('HGET', K[job], 'token') ~= ARGV[2] then
  return {'gone'}
end
local goes_on = ARGV[3] == 'running' or ARGV[3] == 'queued'
if goes_on and not redis.call('ZSCORE', K['job_due'], ARGV[1]) then
  return {'gone'}
end
redis.call('HSET', K[job], 'state', ARGV[3], 'came', ARGV[4])
if goes_on then
  redis.call('ZADD', K['job_due'], ARGV[5], ARGV[1])
  if ARGV[3] == 'queued' then
    redis.call('HDEL', K[job], 'token')
    redis.call('HINCRBY', K[job], 'attempts', -1)
  end
  return {'ok'}
end
redis.call('ZREM', K['job_due'], ARGV[1])
for _, hold in ipairs(split(redis.call('HGET', K[job], 'holds'))) do
  if redis.call('HGET', K['job_holds'], hold) == ARGV[1] then
    redis.call('HDEL', K['job_holds'], hold)
  end
end
redis.call('PEXPIRE', K[job], ARGV[6])
return {'ok'}

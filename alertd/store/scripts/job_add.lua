-- requires: prelude
-- Take on a job, unless another one that is not over has to do with the same.
-- ARGV: job, what, holds, now, most. Answers {'ok'}, {'held', the other job}, {'full'}; the same again {'ok'}.
local job = 'job:' .. ARGV[1]
need(job, 'hash')
need('job_due', 'zset')
need('job_holds', 'hash')
local refused = refusal()
if refused then
  return refused
end
if redis.call('EXISTS', K[job]) == 1 then
  return {'ok'}
end
for _, hold in ipairs(split(ARGV[3])) do
  local other = redis.call('HGET', K['job_holds'], hold)
  if other and redis.call('ZSCORE', K['job_due'], other) then
    return {'held', other}
  end
end
if redis.call('ZCARD', K['job_due']) >= tonumber(ARGV[5]) then
  return {'full'}
end
for _, hold in ipairs(split(ARGV[3])) do
  redis.call('HSET', K['job_holds'], hold, ARGV[1])
end
redis.call('HSET', K[job], 'what', ARGV[2], 'holds', ARGV[3], 'state', 'queued', 'attempts', 0, 'came', '')
redis.call('ZADD', K['job_due'], ARGV[4], ARGV[1])
return {'ok'}

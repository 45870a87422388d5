-- requires: prelude journal fetches
-- Let a job be tried again. ARGV: event, token, due, attempts, error.
-- Answers {'ok'}, or {'no'} where the job is another's by now, or gone.
need_fetches()
local refused = refusal()
if refused then
  return refused
end
local job = read_fetch(ARGV[1])
if not job or job.token ~= ARGV[2] then
  return {'no'}
end
job.attempts, job.error = tonumber(ARGV[4]), ARGV[5]
redis.call('ZADD', K['fetch_due'], ARGV[3], job.event)
write_fetch(job)
return {'ok'}

-- requires: prelude journal fetches
-- Take the lease on jobs that are due, the newest first: what has just been published matters most.
-- ARGV: token, now, lease, most. Answers {'ok', {{job, header}…}, events whose job cannot be read}; asked again with its
-- token, the same jobs.
local token, now, lease, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
need_fetches()
local refused = refusal()
if refused then
  return refused
end
local rows, lost = {}, {}
local function give(job)
  rows[#rows + 1] = {encode(job), redis.call('HGET', K['fetch_headers'], job.event) or ''}
end
for _, event in ipairs(redis.call('ZRANGEBYSCORE', K['fetch_due'], now + lease, now + lease)) do
  local job = read_fetch(event)
  if job and job.token == token then
    give(job)
  end
end
if #rows > 0 then
  return {'ok', rows, lost}
end
for _, event in ipairs(redis.call('ZREVRANGEBYSCORE', K['fetch_due'], now, '-inf', 'LIMIT', 0, most)) do
  local job = read_fetch(event)
  if job then
    job.token, job.attempts = token, (tonumber(job.attempts) or 0) + 1
    redis.call('ZADD', K['fetch_due'], now + lease, event)
    write_fetch(job)
    give(job)
  else
    forget_fetch(event)
    lost[#lost + 1] = event
  end
end
return {'ok', rows, lost}

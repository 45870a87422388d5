-- requires: prelude journal delivery
-- An attempt failed and another is to come. The token stays, so that a repeat is known as one.
-- ARGV: delivery, token, now, at, due, error, counts (0 or 1), progress, pause until, gone (0 or 1).
local id, token, now, at, due, problem = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), ARGV[6]
local counts, progress, pause = tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])
local record, refused = begin(id)
if refused then
  return refused
end
if not record or record.token ~= token then
  return {'no'}
end
if record.state == 'queued' then
  return {'ok'}
end
if not flying(record) then
  return {'no'}
end
need_receiver(record)
need_journal(traced(record))
refused = refusal()
if refused then
  return refused
end
redis.call('ZREM', queue(record), id)
record.state = 'queued'
record.due_ms = due
record.failures = record.failures + counts
record.error = problem
if progress ~= '' then
  record.progress = progress
end
save(record)
redis.call('ZADD', queue(record), due, id)
if counts > 0 then
  redis.call('HINCRBY', recv(record), 'failures', counts)
  redis.call('HSET', recv(record), 'error', problem)
end
if pause > tonumber(redis.call('HGET', recv(record), 'paused_until_ms') or 0) then
  redis.call('HSET', recv(record), 'paused_until_ms', pause)
end
if ARGV[10] == '1' then
  redis.call('HSET', recv(record), 'parked', problem)
end
delivery_line(record, at, 'retry', problem)
return {'ok'}

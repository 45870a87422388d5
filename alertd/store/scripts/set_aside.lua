-- requires: prelude journal delivery
-- File a delivery whose record cannot be read, or is missing, as dead, and let its chain go on. The caller read what
-- stands there, found the chain and made a record to stand in its place.
-- ARGV: delivery, what was read ('' if nothing), new record, chain field ('' if in none), now, at.
-- Answers {'ok'}, or {'no'} if something else stands there by now.
local id, read, field, now, at = ARGV[1], ARGV[2], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local record = cjson.decode(ARGV[3])
need_fixed()
need_receiver(record)
need_journal(traced(record))
local refused = refusal()
if refused then
  return refused
end
if (redis.call('HGET', K['deliveries'], id) or '') ~= read then
  return {'no'}
end
redis.call('ZREM', K['q:' .. record.receiver .. ':critical'], id)
redis.call('ZREM', K['q:' .. record.receiver .. ':normal'], id)
close(record, 'dead', now, at, record.error)
if field ~= '' then
  leave_chain(field, id, now)
end
return {'ok'}

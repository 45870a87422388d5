-- requires: prelude journal delivery
-- Take the lease on one attempt. The attempt is recorded as begun before anything is sent (crash point C13).
-- ARGV: delivery, receiver, token, now, at, lease, pace, payload, what the pace is kept for, and 1 if the payload is to
-- stay when it is sent, until it is archived.
-- Answers {'ok', record, payload, thread} or {refused, time to look again}. Repeated by the holder: the same lease.
local id, receiver, token = ARGV[1], ARGV[2], ARGV[3]
local now, at, lease, pace, payload = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
need('pace', 'hash')
need('doubtful', 'set')
need('journal', 'stream')
need_receiver({receiver = receiver})
local record, refused = begin(id)
if refused then
  return refused
end
if not record or record.receiver ~= receiver or ended(record) then
  return {'gone', 0}
end
local in_doubt = flying(record)
if in_doubt then
  need_journal(traced(record))
end
need_alert(record)
refused = refusal()
if refused then
  return refused
end
local due = tonumber(redis.call('ZSCORE', queue(record), id) or record.due_ms)
if in_doubt and record.token == token and due > now then
  return {'ok', encode(record), redis.call('HGET', K['payloads'], id), thread(record)}
end
if record.state == 'waiting' or due > now then
  return {'not_due', due}
end
local paused = tonumber(redis.call('HGET', recv(record), 'paused_until_ms') or 0)
if paused > now then
  return {'paused', paused}
end
-- a last claim in the future means that the clock went back: it holds nobody up
local last = tonumber(redis.call('HGET', K['pace'], ARGV[9]) or 0)
if last <= now and now - last < pace then
  return {'paced', last + pace}
end
-- the ZREM comes first so that sending goes on, and frees memory, when memory is full
redis.call('ZREM', queue(record), id)
record.state = 'sending'
if in_doubt then
  record.state = 'in_doubt'
  record.doubt = true
  delivery_line(record, at, 'in_doubt', 'an attempt began and its outcome was never recorded')
end
if redis.call('SISMEMBER', K['doubtful'], id) == 1 then
  record.doubt = true
end
record.attempts = record.attempts + 1
record.started_ms = now
record.due_ms = now + lease
record.token = token
record.kept = ARGV[10] == '1'
redis.call('HSETNX', K['payloads'], id, payload)
save(record)
redis.call('ZADD', queue(record), record.due_ms, id)
if pace > 0 then
  redis.call('HSET', K['pace'], ARGV[9], now)
end
-- a receiver that is gone is asked with one message at a time, whoever else has some for it
if redis.call('HEXISTS', recv(record), 'parked') == 1 then
  redis.call('HSET', recv(record), 'paused_until_ms', now + lease)
end
return {'ok', encode(record), redis.call('HGET', K['payloads'], id), thread(record)}

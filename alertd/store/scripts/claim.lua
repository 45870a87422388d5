-- requires: prelude journal delivery
-- Take the lease on one attempt. The attempt is recorded as begun before anything is sent (crash point C13).
-- ARGV: delivery, receiver, token, now, at, lease, pace, payload, what the pace is kept for, and 1 if the payload is to
-- stay when it is sent, until it is archived.
-- Answers {'ok', record, payload, thread} or {refused, time to look again}. Repeated by the holder: the same lease.
local BEHIND_AGAIN_MS = 1000
local MOST_TAKEN = 100

-- What goes behind another is not sent before that, or what took its place, and ends where that was never sent.
local function held_back(record)
  local id = record.behind or ''
  for _ = 1, MOST_TAKEN do
    local ahead = id ~= '' and peek(id)
    if not ahead then
      return nil
    end
    if not ended(ahead) then
      return 'behind'
    end
    if ahead.state ~= 'superseded' then
      return ahead.state ~= 'sent' and 'unsent' or nil
    end
    id = ahead.taken_by or ''
  end
  return nil
end

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
local held = not in_doubt and held_back(record)
if in_doubt or held == 'unsent' then
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
if held == 'behind' then
  return {'behind', now + BEHIND_AGAIN_MS}
end
if held == 'unsent' then
  close(record, 'expired', now, at, 'what it goes behind was never sent')
  leave_chain(chain_field(record), id, now)
  return {'unsent', 0}
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

-- requires: prelude journal delivery
-- finish, bury and expire: a delivery comes to its end and the next of its chain becomes the head.
-- ARGV: delivery, token, now, at, state (sent, dead or expired), detail, thread (of what was sent, or empty), what the
-- receiver got, where that is kept and is not the payload.
-- Answers {'ok'} also when repeated, {'no'} when the caller holds no lease. Without a token: nobody may be at work on it.
local id, token, now, at, state, detail = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local record, refused = begin(id)
if refused then
  return refused
end
if not record then
  return {'no'}
end
if ended(record) then
  return {(record.state == state and (token == '' or record.token == token)) and 'ok' or 'no'}
end
if token ~= '' and not (flying(record) and record.token == token) then
  return {'no'}
end
need_receiver(record)
need_journal(traced(record))
if ARGV[7] ~= '' then
  need_alert(record)
end
refused = refusal()
if refused then
  return refused
end
if token == '' and flying(record) then
  local lease_end = tonumber(redis.call('ZSCORE', queue(record), id) or 0)
  if lease_end > now then
    return {'no'}
  end
end
if state == 'sent' then
  record.error = ''
elseif state == 'dead' then
  record.error = detail
end
close(record, state, now, at, detail)
if ARGV[8] ~= '' and record.kept == true and redis.call('HEXISTS', K['payloads'], id) == 1 then
  redis.call('HSET', K['payloads'], id, ARGV[8])
end
leave_chain(chain_field(record), id, now)
if state == 'sent' then
  redis.call('HSET', recv(record), 'last_sent_ms', now, 'failures', 0)
  keep_thread(record, ARGV[7])
  if redis.call('HDEL', recv(record), 'parked') == 1 then
    redis.call('HSET', recv(record), 'paused_until_ms', 0)
    wake(record.receiver)
  end
elseif state == 'dead' then
  redis.call('HINCRBY', recv(record), 'failures', 1)
end
return {'ok'}

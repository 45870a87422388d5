-- requires: prelude journal delivery
-- A person wants dead letters tried again: each goes to the end of its chain, due now, with a fresh ladder of retries.
-- ARGV: now, at, shortest life left, then ids. Answers the ids that were dead.
local now, at, grace = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
need_fixed()
local refused = refusal()
if refused then
  return refused
end
local records, planned = {}, {}
for i = 4, #ARGV do
  local record = load(ARGV[i])
  if record and record.state == 'dead' and not planned[record.id] then
    planned[record.id] = true
    records[#records + 1] = record
    need_receiver(record)
    need_journal(traced(record))
  end
end
refused = refusal()
if refused then
  return refused
end
local ids = {}
for _, record in ipairs(records) do
  redis.call('ZREM', K['dead'], record.id)
  redis.call('HINCRBY', recv(record), 'dead', -1)
  redis.call('HINCRBY', recv(record), 'waiting', 1)
  record.state = 'waiting'
  record.token = ''
  record.failures = 0
  record.finished_ms = 0
  record.due_ms = now
  if record.expires_ms > 0 then
    record.expires_ms = math.max(record.expires_ms, now + grace)
  end
  save(record)
  delivery_line(record, at, 'requeued', record.error)
  local chain = read_chain(chain_field(record))
  chain[#chain + 1] = record.id
  write_chain(chain_field(record), chain, now)
  ids[#ids + 1] = record.id
end
return {'ok', ids}

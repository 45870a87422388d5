-- requires: prelude
-- Take over one pending entry. XAUTOCLAIM is not used: 6.2 hands out deleted entries as nil and keeps them pending
-- for ever, 7.0 answers in another shape. ARGV: group, consumer, least idle ms, stream id.
-- Answers {'ok', count, fields}, {'no'} (not pending, or not idle for long enough), {'gone'} (deleted: acknowledged).
local group, consumer, idle, stream_id = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
need('events', 'stream')
local refused = refusal()
if refused then
  return refused
end
local pending = redis.call('XPENDING', K['events'], group, stream_id, stream_id, 1)[1]
if not pending or pending[3] < idle then
  return {'no'}
end
local entry = redis.call('XRANGE', K['events'], stream_id, stream_id)[1]
if not entry then
  redis.call('XACK', K['events'], group, stream_id)
  return {'gone'}
end
redis.call('XCLAIM', K['events'], group, consumer, 0, stream_id, 'RETRYCOUNT', pending[4] + 1, 'JUSTID')
return {'ok', pending[4] + 1, entry[2]}

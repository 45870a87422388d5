-- requires: prelude journal
-- Set aside an event that cannot be processed, with the reason. ARGV: group, stream id, reason, now, at.
local group, stream_id, reason, now, at = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
need('events', 'stream')
need('flow', 'hash')
need('dead_events', 'stream')
local refused = refusal()
if refused then
  return refused
end
local entry = redis.call('XRANGE', K['events'], stream_id, stream_id)[1]
if not entry then
  redis.call('XACK', K['events'], group, stream_id)
  return {'known'}
end
local fields = {}
for i = 1, #entry[2], 2 do
  fields[entry[2][i]] = entry[2][i + 1]
end
local event, source = fields['i'] or stream_id, fields['s'] or ''
local ids = {event}
if source ~= '' then
  ids[2] = source
end
need_journal(ids)
refused = refusal()
if refused then
  return refused
end
redis.call('XACK', K['events'], group, stream_id)
redis.call('XDEL', K['events'], stream_id)
redis.call('HINCRBY', K['flow'], 'out', 1)
redis.call('XADD', K['dead_events'], '*', 'stream_id', stream_id, 'reason', reason, 'now', now, 'i', event, 's', source,
  'r', fields['r'] or '1', 'w', fields['w'] or '', 'b', fields['b'] or '0', 'e', fields['e'] or '')
journal(journal_json('dead_event', at, ids, reason, {event = event, stream_id = stream_id}), ids)
return {'ok'}

-- requires: prelude journal
-- Journal what became of an event, acknowledge it and take it out of the stream, which holds only the backlog.
-- ARGV: group, stream id, journal json, tally or '', seconds that it is kept, n, n/2 pairs of name and count, ids.
-- Answers {'ok'} once; {'known'} when it is out already.
local group, stream_id, json, tally, keep_s, n = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local ids = {}
for i = 7 + n, #ARGV do
  ids[#ids + 1] = ARGV[i]
end
if tally ~= '' then
  need(tally, 'hash')
end
need('events', 'stream')
need('flow', 'hash')
need_journal(ids)
local refused = refusal()
if refused then
  return refused
end
-- XACK comes first because it is never refused for lack of memory; an entry handed out again after the group was
-- lost is in the stream but not pending, so that the XDEL, not the XACK, says whether it was finished
redis.call('XACK', K['events'], group, stream_id)
if redis.call('XDEL', K['events'], stream_id) == 0 then
  return {'known'}
end
redis.call('HINCRBY', K['flow'], 'out', 1)
journal(json, ids)
for i = 7, 6 + n, 2 do
  redis.call('HINCRBY', K[tally], ARGV[i], ARGV[i + 1])
end
if tally ~= '' then
  redis.call('EXPIRE', K[tally], keep_s)
end
return {'ok'}

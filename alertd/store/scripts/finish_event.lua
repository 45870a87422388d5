-- requires: prelude journal
-- Journal what became of an event, acknowledge it and take it out of the stream, which holds only the backlog.
-- ARGV: group, stream id, journal json, ids. Answers {'ok'} once; {'known'} when it is out already.
local group, stream_id, json = ARGV[1], ARGV[2], ARGV[3]
local ids = {}
for i = 4, #ARGV do
  ids[#ids + 1] = ARGV[i]
end
need('events', 'stream')
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
journal(json, ids)
return {'ok'}

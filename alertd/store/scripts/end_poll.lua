-- requires: prelude marks kept
-- Close a poll: what is still on the page stays remembered, what was not seen for long is forgotten, and the source's
-- state with its validators is written last (crash point C1).
-- ARGV: source, state, now, cutoff, most to forget, marks on the page joined by commas, digests of what the writer
-- wrote last. Answers {'ok', forgotten} or {'other'}: the state that stands here is of another history.
local now, cutoff = ARGV[3], ARGV[4]
need_marks(ARGV[1])
need('sources', 'hash')
local refused = refusal()
if refused then
  return refused
end
if not is_kept(ARGV[1], ARGV[7]) then
  return {'other'}
end
for _, mark in ipairs(split(ARGV[6])) do
  local owner = read_owner(mark)
  if owner then
    redis.call('ZADD', sight, now, owner.mark)
  end
end
local old = redis.call('ZRANGEBYSCORE', sight, '-inf', cutoff, 'LIMIT', 0, ARGV[5])
for _, mark in ipairs(old) do
  forget_owner(mark)
end
redis.call('HSET', K['sources'], ARGV[1], ARGV[2])
return {'ok', #old}

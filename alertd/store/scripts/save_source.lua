-- requires: prelude kept
-- Write the state of a source. ARGV: source, state, digests of what the writer wrote last.
-- Answers {'ok'} or {'other'}: what stands here is of another history.
need('sources', 'hash')
local refused = refusal()
if refused then
  return refused
end
if not is_kept(ARGV[1], ARGV[3]) then
  return {'other'}
end
redis.call('HSET', K['sources'], ARGV[1], ARGV[2])
return {'ok'}

-- requires: prelude
-- Find what is known for events before they are put into stories (place.lua says what stands where). Changes nothing.
-- ARGV: stories of a key and of a pair at most, then of each event: its id, the time since which a story is open, the
-- number of keys and the keys, the number of pairs and the pairs.
-- Answers {'ok', of each event: what is frozen for it or '', {stories under each key}, {stories between each pair}}.
local most, earlier = tonumber(ARGV[1]), tonumber(ARGV[2])

local asks = {}
local at = 3
while at <= #ARGV do
  local one = {event = ARGV[at], since = ARGV[at + 1], keys = {}, pairs = {}}
  at = at + 3
  for i = at, at + tonumber(ARGV[at - 1]) - 1 do
    one.keys[#one.keys + 1] = ARGV[i]
  end
  at = at + #one.keys + 1
  for i = at, at + tonumber(ARGV[at - 1]) - 1 do
    one.pairs[#one.pairs + 1] = ARGV[i]
  end
  at = at + #one.pairs
  asks[#asks + 1] = one
end

for _, one in ipairs(asks) do
  need_once('story_of:' .. one.event, 'string')
  for _, key in ipairs(one.keys) do
    need_once('under:' .. key, 'zset')
  end
  for _, pair in ipairs(one.pairs) do
    need_once('between:' .. pair, 'zset')
  end
end
local refused = refusal()
if refused then
  return refused
end

local answer = {'ok'}
for _, one in ipairs(asks) do
  local under, between = {}, {}
  for i, key in ipairs(one.keys) do
    under[i] = redis.call('ZREVRANGEBYSCORE', K['under:' .. key], '+inf', one.since, 'LIMIT', 0, most)
  end
  for i, pair in ipairs(one.pairs) do
    between[i] = redis.call('ZREVRANGE', K['between:' .. pair], 0, earlier - 1)
  end
  answer[#answer + 1] = {redis.call('GET', K['story_of:' .. one.event]) or '', under, between}
end
return answer

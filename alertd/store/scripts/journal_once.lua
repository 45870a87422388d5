-- requires: prelude journal
-- Append a journal record; under a `once` key a single time. ARGV: json, once key or empty, seconds to remember it, the
-- least id it gets or empty, ids.
-- KEYS name `once:<key>` only where there is one. The mark is written last (crash point C4).
local ids = {}
for i = 5, #ARGV do
  ids[#ids + 1] = ARGV[i]
end
local mark = ARGV[2]
need_journal(ids)
if mark ~= '' then
  need('once:' .. mark, 'string')
end
local refused = refusal()
if refused then
  return refused
end
if mark ~= '' and redis.call('EXISTS', K['once:' .. mark]) == 1 then
  return {'known'}
end
journal(ARGV[1], ids, ARGV[4])
if mark ~= '' then
  redis.call('SET', K['once:' .. mark], '1', 'EX', ARGV[3])
end
return {'ok'}

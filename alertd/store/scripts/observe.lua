-- requires: prelude
-- Put events into sets and read the sets, each as it is when its own event has been put in.
--   rows:<set>      hash  event -> revision|time|order|changed|value|length of distinct|distinct and data; # -> last
--                         order; ~event -> what it was before it changed, oldest first: JSON of [order, the rest of the
--                         row from its time on]
--   times:<set>     zset  event -> time
--   placed:<event>  hash  r -> the newest revision that is known; set -> the revision that was put into it
--   states          zset  set -> when it expires
-- An event is put into a set once; a newer revision replaces what is remembered and keeps its place in the order. What
-- it was before is kept: the first version and the newest of the others.
-- Of those older than `keep` before the newest only one stays: it tells how long the set has been there. What was left
-- out stays out when it is told again, though a correction has moved the newest back since.
-- ARGV: now, lifetime of `placed` in ms, number of revised events, of each: event, revision, number of sets, the sets
-- that it is in now (from all others it is taken out); then of each observation: set, event, revision, time, distinct,
-- value, data, keep in ms, most, read. Answers {'ok', of each observation its rows: event, row…}.
local now, lifetime = tonumber(ARGV[1]), ARGV[2]
local AHEAD = 300000
local VERSIONS = 3
local revised, observed = {}, {}
local at = 4
for _ = 1, tonumber(ARGV[3]) do
  local one = {event = ARGV[at], revision = tonumber(ARGV[at + 1]), sets = {}}
  for i = at + 3, at + 2 + tonumber(ARGV[at + 2]) do
    one.sets[ARGV[i]] = true
  end
  at = at + 3 + tonumber(ARGV[at + 2])
  revised[#revised + 1] = one
end
while at <= #ARGV do
  observed[#observed + 1] = {
    set = ARGV[at],
    event = ARGV[at + 1],
    revision = tonumber(ARGV[at + 2]),
    time = math.min(tonumber(ARGV[at + 3]), now + AHEAD),
    distinct = ARGV[at + 4],
    value = ARGV[at + 5],
    data = ARGV[at + 6],
    keep = tonumber(ARGV[at + 7]),
    most = tonumber(ARGV[at + 8]),
    read = ARGV[at + 9] == '1',
  }
  at = at + 10
end

local function need_set(set)
  need_once('rows:' .. set, 'hash')
  need_once('times:' .. set, 'zset')
end

need('states', 'zset')
for _, one in ipairs(observed) do
  need_set(one.set)
  need_once('placed:' .. one.event, 'hash')
end
for _, one in ipairs(revised) do
  need_once('placed:' .. one.event, 'hash')
end
local refused = refusal()
if refused then
  return refused
end
for _, one in ipairs(revised) do
  one.gone = {}
  for _, set in ipairs(redis.call('HKEYS', K['placed:' .. one.event])) do
    if set ~= 'r' and not one.sets[set] then
      one.gone[#one.gone + 1] = set
      need_set(set)
    end
  end
end
refused = refusal()
if refused then
  return refused
end

local function number(value)
  return string.format('%.0f', value)
end

local function newest_of(event)
  return tonumber(redis.call('HGET', K['placed:' .. event], 'r') or '0')
end

local function know(event, revision)
  redis.call('HSET', K['placed:' .. event], 'r', number(revision))
  redis.call('PEXPIRE', K['placed:' .. event], lifetime)
end

-- Remember that a set has had this revision of an event, whether it is in it now or was left out.
local function mark(one)
  redis.call('HSET', K['placed:' .. one.event], one.set, number(one.revision))
  know(one.event, one.revision)
end

local function was_left_out(one)
  local told = tonumber(redis.call('HGET', K['placed:' .. one.event], one.set) or '0')
  return told >= one.revision and redis.call('EXISTS', K['rows:' .. one.set]) == 1
end

local function drop(set, events)
  if #events > 0 then
    redis.call('ZREM', K['times:' .. set], unpack(events))
    redis.call('HDEL', K['rows:' .. set], unpack(events))
    for _, event in ipairs(events) do
      redis.call('HDEL', K['rows:' .. set], '~' .. event)
    end
  end
end

local function trim(one)
  local times = K['times:' .. one.set]
  local newest = redis.call('ZRANGE', times, -1, -1, 'WITHSCORES')[2]
  local old = redis.call('ZRANGEBYSCORE', times, '-inf', '(' .. number(tonumber(newest) - one.keep))
  table.remove(old)
  drop(one.set, old)
  local over = redis.call('ZCARD', times) - one.most
  if over > 0 then
    drop(one.set, redis.call('ZRANGE', times, 0, over - 1))
  end
end

local function next_order(set)
  return redis.call('HINCRBY', K['rows:' .. set], '#', 1)
end

local function write(one, order, changed)
  local row = table.concat({number(one.revision), number(one.time), number(order), number(changed), one.value,
    number(#one.distinct), one.distinct .. one.data}, '|')
  redis.call('HSET', K['rows:' .. one.set], one.event, row)
  redis.call('PEXPIRE', K['rows:' .. one.set], number(one.keep))
  redis.call('PEXPIRE', K['times:' .. one.set], number(one.keep))
  redis.call('ZADD', K['states'], number(now + one.keep), one.set)
  mark(one)
end

local function put_new(one)
  redis.call('ZADD', K['times:' .. one.set], number(one.time), one.event)
  trim(one)
  if redis.call('ZSCORE', K['times:' .. one.set], one.event) then
    local order = next_order(one.set)
    write(one, order, order)
  else
    mark(one)
  end
end

-- Keep a version that is about to be replaced.
local function keep_version(one, order, changed, time, value, rest)
  local field = '~' .. one.event
  local kept = cjson.decode(redis.call('HGET', K['rows:' .. one.set], field) or '[]')
  kept[#kept + 1] = {#kept == 0 and order or changed, time, value, rest}
  if #kept > VERSIONS then
    table.remove(kept, 2)
  end
  redis.call('HSET', K['rows:' .. one.set], field, cjson.encode(kept))
end

local function replace(one, stored)
  local revision, time, order, changed, value, rest = string.match(stored, '^(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)|(.*)$')
  if not revision then
    drop(one.set, {one.event})
    return put_new(one)
  end
  if one.revision <= tonumber(revision) then
    return
  end
  local same = rest == number(#one.distinct) .. '|' .. one.distinct .. one.data
  if same and value == one.value and time == number(one.time) then
    return write(one, order, changed)
  end
  redis.call('ZADD', K['times:' .. one.set], number(one.time), one.event)
  trim(one)
  if redis.call('ZSCORE', K['times:' .. one.set], one.event) then
    keep_version(one, order, changed, time, value, rest)
    write(one, order, next_order(one.set))
  else
    mark(one)
  end
end

local function put(one)
  if one.revision < newest_of(one.event) then
    return
  end
  local stored = redis.call('HGET', K['rows:' .. one.set], one.event)
  if stored then
    replace(one, stored)
  elseif not was_left_out(one) then
    put_new(one)
  end
end

for _, one in ipairs(revised) do
  if one.revision >= newest_of(one.event) then
    for _, set in ipairs(one.gone) do
      drop(set, {one.event})
      redis.call('HDEL', K['placed:' .. one.event], set)
    end
    if one.revision > newest_of(one.event) then
      know(one.event, one.revision)
    end
  end
end
local answer = {'ok'}
for _, one in ipairs(observed) do
  put(one)
  local rows = {}
  if one.read then
    local flat = redis.call('HGETALL', K['rows:' .. one.set])
    for i = 1, #flat, 2 do
      if flat[i] ~= '#' then
        rows[#rows + 1] = flat[i]
        rows[#rows + 1] = flat[i + 1]
      end
    end
  end
  answer[#answer + 1] = rows
end
return answer

-- requires: prelude
-- Put events into stories, each only if nothing has changed since its story was read.
--   story:<id>       hash    v version, s what is remembered of it; i the older story that it became part of
--   stories          zset    story -> when it expires
--   story_of:<event> string  what is frozen for the event
--   under:<key>      zset    story -> time of its newest report; the newest 64
--   between:<pair>   zset    story -> when it was founded; the newest 8
-- An event is placed once: then its answer stands, and every repeat is told it. A later revision (`again`) changes the
-- story, and may show that another is part of it. What is placed first is seen by what is placed after it.
-- ARGV: now, lifetimes in ms of a story, of an answer, of a pair and of a story that became part of another, 1 if other
-- stories under the keys do not matter any more; then of each placement: its record as JSON, the story's data, the
-- answer. Answers {'ok', of each: outcome, answer…}.
local now, life, kept, between, alias = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local settled = ARGV[6] == '1'
local MOST, PAIRS = 64, 8

local placements = {}
for i = 7, #ARGV, 3 do
  local one = cjson.decode(ARGV[i])
  one.data, one.answer = ARGV[i + 1], ARGV[i + 2]
  placements[#placements + 1] = one
end

need('stories', 'zset')
for _, one in ipairs(placements) do
  need_once('story:' .. one.story, 'hash')
  need_once('story_of:' .. one.event, 'string')
  for _, key in ipairs(one.keys) do
    need_once('under:' .. key, 'zset')
  end
  for _, pair in ipairs(one.pairs) do
    need_once('between:' .. pair, 'zset')
  end
  for story in pairs(one.merged) do
    need_once('story:' .. story, 'hash')
  end
end
local refused = refusal()
if refused then
  return refused
end

local function number(value)
  return string.format('%.0f', value)
end

local function is_at(story, version)
  return tonumber(redis.call('HGET', K['story:' .. story], 'v') or '0') == version
end

local function is_stale(one)
  if not is_at(one.story, one.version) then
    return true
  end
  for story, version in pairs(one.merged) do
    if not is_at(story, version) then
      return true
    end
  end
  if settled then
    return false
  end
  local seen = {[one.story] = true}  -- there may be hundreds, and they are looked up as often
  for _, story in ipairs(one.seen) do
    seen[story] = true
  end
  for _, key in ipairs(one.keys) do
    for _, story in ipairs(redis.call('ZRANGEBYSCORE', K['under:' .. key], number(one.since_ms), '+inf')) do
      if not seen[story] then
        return true
      end
    end
  end
  return false
end

local function write(one)
  local story = K['story:' .. one.story]
  redis.call('HSET', story, 'v', number(one.version + 1), 's', one.data)
  redis.call('PEXPIRE', story, life)
  redis.call('ZADD', K['stories'], number(now + tonumber(life)), one.story)
  for _, key in ipairs(one.keys) do
    local under = K['under:' .. key]
    redis.call('ZADD', under, number(one.last_ms), one.story)
    redis.call('ZREMRANGEBYRANK', under, 0, -MOST - 1)
    redis.call('PEXPIRE', under, life)
  end
  for _, pair in ipairs(one.pairs) do
    local stories = K['between:' .. pair]
    redis.call('ZADD', stories, number(one.founded_ms), one.story)
    redis.call('ZREMRANGEBYRANK', stories, 0, -PAIRS - 1)
    redis.call('PEXPIRE', stories, between)
  end
  for younger, version in pairs(one.merged) do
    local key = K['story:' .. younger]
    redis.call('HSET', key, 'v', number(version + 1), 'i', one.story)
    redis.call('HDEL', key, 's')
    redis.call('PEXPIRE', key, alias)
    redis.call('ZADD', K['stories'], number(now + tonumber(alias)), younger)
  end
  redis.call('SET', K['story_of:' .. one.event], one.answer, 'PX', kept)
end

local answers = {'ok'}
for _, one in ipairs(placements) do
  local frozen = redis.call('GET', K['story_of:' .. one.event])
  if frozen and not one.again then
    answers[#answers + 1], answers[#answers + 2] = 'known', frozen
  elseif is_stale(one) then
    answers[#answers + 1], answers[#answers + 2] = 'stale', ''
  else
    write(one)
    answers[#answers + 1], answers[#answers + 2] = 'placed', one.answer
  end
end
return answers

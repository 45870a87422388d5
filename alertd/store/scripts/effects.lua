-- What a commit brings about beside the alert and its deliveries.

-- In ARGV from `first` on, each kind with its number before it: holds (window, end, JSON), timers (name, due), names of
-- timers to cancel, counts (name, by, end), marks (name, expected, value, end), when the note is due (0: no more), ids of
-- the record; then the record or ''. Gives them, and where the next argument stands.
local function read_effects(first)
  local at = first
  local function rows(width)
    local found = {}
    local count = tonumber(ARGV[at])
    at = at + 1
    for i = 1, count do
      local row = {}
      for j = 1, width do
        row[j] = ARGV[at + j - 1]
      end
      at = at + width
      found[i] = row
    end
    return found
  end
  local effects = {
    holds = rows(3),
    timers = rows(2),
    cancel = rows(1),
    counts = rows(3),
    marks = rows(4),
    note = rows(1),
  }
  effects.ids = {}
  for i, row in ipairs(rows(1)) do
    effects.ids[i] = row[1]
  end
  effects.record = ARGV[at]
  return effects, at + 1
end

local function need_effects(effects)
  for _, hold in ipairs(effects.holds) do
    need_once('windows', 'zset')
    need_once('held:' .. hold[1], 'hash')
  end
  if #effects.timers + #effects.cancel > 0 then
    need('timers', 'zset')
  end
  if #effects.counts > 0 then
    need('counters', 'hash')
    need('counter_ends', 'zset')
  end
  if #effects.marks > 0 then
    need('marks', 'hash')
    need('mark_ends', 'zset')
  end
  if #effects.note > 0 then
    need('note_due', 'zset')
  end
  if effects.record ~= '' then
    need_journal(effects.ids)
  end
end

-- Whether the marks are those that the decision rests on; one that is over is none.
local function marks_stand(effects, now)
  for _, mark in ipairs(effects.marks) do
    local stop, value = string.match(redis.call('HGET', K['marks'], mark[1]) or '', '^(%d+)|(.*)$')
    if (stop and tonumber(stop) > now and value or '') ~= mark[2] then
      return false
    end
  end
  return true
end

local function bring_about(effects, alert, version, now)
  for _, hold in ipairs(effects.holds) do
    redis.call('HSET', K['held:' .. hold[1]], alert, version .. '|' .. hold[3])
    redis.call('ZADD', K['windows'], hold[2], hold[1])
  end
  for _, row in ipairs(effects.cancel) do
    redis.call('ZREM', K['timers'], row[1])
  end
  for _, timer in ipairs(effects.timers) do
    redis.call('ZADD', K['timers'], timer[2], timer[1])
  end
  for _, count in ipairs(effects.counts) do
    local left = tonumber(redis.call('ZSCORE', K['counter_ends'], count[1]) or 0) - now
    if left > 0 then
      redis.call('HINCRBY', K['counters'], count[1], count[2])
    else
      redis.call('HSET', K['counters'], count[1], count[2])
    end
    redis.call('ZADD', K['counter_ends'], count[3], count[1])
  end
  for _, mark in ipairs(effects.marks) do
    if mark[3] ~= '' and tonumber(mark[4]) > now then
      redis.call('HSET', K['marks'], mark[1], mark[4] .. '|' .. mark[3])
      redis.call('ZADD', K['mark_ends'], mark[4], mark[1])
    else
      redis.call('HDEL', K['marks'], mark[1])
      redis.call('ZREM', K['mark_ends'], mark[1])
    end
  end
  for _, due in ipairs(effects.note) do
    if due[1] == '0' then
      redis.call('ZREM', K['note_due'], alert)
    else
      redis.call('ZADD', K['note_due'], due[1], alert)
    end
  end
  if effects.record ~= '' then
    journal(effects.record, effects.ids)
  end
end

-- Shared by every script. Time comes in as an argument; nothing here reads a clock.
-- A key is looked up by what follows the namespace: K['deliveries'] is '{alertd}:deliveries'.
local K = {}
for _, key in ipairs(KEYS) do
  K[string.match(key, '^{[^}]*}:(.*)$')] = key
end

local missing, corrupt = {}, nil

-- Declare a key that this run will touch. A script that fails half-way is not rolled back, so a key that the caller
-- did not name, or that holds another type, refuses the run before its first write.
local function need(name, kind)
  local key = K[name]
  if not key then
    missing[#missing + 1] = name
    return
  end
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= kind then
    corrupt = 'WRONGTYPE ' .. key .. ' holds a ' .. found .. ', not a ' .. kind
  end
end

-- The same for keys that a script meets again and again.
local needed = {}
local function need_once(name, kind)
  if not needed[name] then
    needed[name] = true
    need(name, kind)
  end
end

-- What to answer instead of going on, if anything: an error, or {'keys', names that the caller must add}.
local function refusal()
  if corrupt then
    return redis.error_reply(corrupt)
  end
  if #missing > 0 then
    table.insert(missing, 1, 'keys')
    return missing
  end
  return nil
end

local function split(text)
  local parts = {}
  for part in string.gmatch(text or '', '[^,]+') do
    parts[#parts + 1] = part
  end
  return parts
end

local function has(list, wanted)
  for _, value in ipairs(list) do
    if value == wanted then
      return true
    end
  end
  return false
end

local WAKE_LENGTH = 1000

-- A hint to whoever waits, bounded because nobody may be waiting.
local function wake(receiver)
  redis.call('RPUSH', K['wake'], receiver)
  redis.call('LTRIM', K['wake'], -WAKE_LENGTH, -1)
end

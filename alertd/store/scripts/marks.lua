-- The memory of what a source has shown. The owner record of an event stands under its identity mark:
--   i<event id>|<revision>|<content hashes, newest last>|<other marks that point here>[|<mark of the title>]
-- (the title's mark stands there as long as the item is baseline) and every other mark holds @<identity mark>. All of
-- them live and are forgotten together.
local HASHES = 8
local MARKS = 32
local seen, sight

local function need_marks(source)
  need('seen:' .. source, 'hash')
  need('sight:' .. source, 'zset')
  seen, sight = K['seen:' .. source], K['sight:' .. source]
end

local function read_owner(mark)
  local value = redis.call('HGET', seen, mark)
  if value and string.sub(value, 1, 1) == '@' then
    mark = string.sub(value, 2)
    value = redis.call('HGET', seen, mark)
  end
  if not value then
    return nil
  end
  local event, revision, hashes, marks, baseline = string.match(value, '^i([^|]*)|(%d+)|([^|]*)|([^|]*)|?([^|]*)$')
  if not event then
    return nil
  end
  return {
    mark = mark,
    event = event,
    revision = tonumber(revision),
    hashes = split(hashes),
    marks = split(marks),
    baseline = baseline,
  }
end

local function write_owner(owner)
  redis.call('HSET', seen, owner.mark, 'i' .. owner.event .. '|' .. string.format('%.0f', owner.revision) .. '|'
    .. table.concat(owner.hashes, ',') .. '|' .. table.concat(owner.marks, ',')
    .. (owner.baseline == '' and '' or '|' .. owner.baseline))
end

local function remember_hash(owner, hash)
  if not has(owner.hashes, hash) then
    owner.hashes[#owner.hashes + 1] = hash
    if #owner.hashes > HASHES then
      table.remove(owner.hashes, 1)
    end
  end
end

local function points_to(mark, owner_mark)
  return redis.call('HGET', seen, mark) == '@' .. owner_mark
end

-- Let a mark point to its owner; the first owner keeps it. Bounded, because a source can make up marks without end.
local function claim_mark(owner, mark)
  if mark == '' or mark == owner.mark or has(owner.marks, mark) then
    return
  end
  local held = read_owner(mark)
  if held and held.mark ~= owner.mark then
    return
  end
  redis.call('HSET', seen, mark, '@' .. owner.mark)
  owner.marks[#owner.marks + 1] = mark
  if #owner.marks > MARKS then
    local oldest = table.remove(owner.marks, 1)
    if points_to(oldest, owner.mark) then
      redis.call('HDEL', seen, oldest)
    end
  end
end

local function forget_owner(mark)
  local owner = read_owner(mark)
  redis.call('ZREM', sight, mark)
  if not owner or owner.mark ~= mark then
    return
  end
  for _, other in ipairs(owner.marks) do
    if points_to(other, mark) then
      redis.call('HDEL', seen, other)
    end
  end
  redis.call('HDEL', seen, mark)
end

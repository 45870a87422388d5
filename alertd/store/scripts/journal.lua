local TRACE_SECONDS = 30 * 86400
local TRACE_LENGTH = 1000

-- cjson writes numbers with 14 digits and 1e+15 from there on: integers are written by hand, up to 2^53 exactly.
-- Only for flat tables of scalars; an empty Lua table could be an array or an object.
local function encode(record)
  local names = {}
  for name in pairs(record) do
    names[#names + 1] = name
  end
  table.sort(names)
  local fields = {}
  for i, name in ipairs(names) do
    local value = record[name]
    if type(value) == 'number' then
      -- a fraction can only be a newer version's: it stays what it is
      value = string.format(value == math.floor(value) and '%.0f' or '%.17g', value)
    else
      value = cjson.encode(value)
    end
    fields[i] = cjson.encode(name) .. ':' .. value
  end
  return '{' .. table.concat(fields, ',') .. '}'
end

local function need_journal(ids)
  need('journal', 'stream')
  for _, id in ipairs(ids) do
    need('trace:' .. id, 'list')
  end
end

-- Append a record and enter it in the trace of each of its ids. XADD and RPUSH are refused when memory is full, but
-- only as the first write of a script: what must complete writes something else first.
-- `least` is an id that it gets at least, unless it is empty.
local function journal(json, ids, least)
  local entry = least and least ~= '' and redis.pcall('XADD', K['journal'], least, 'j', json)
  if type(entry) ~= 'string' then -- the journal is behind that id already
    entry = redis.call('XADD', K['journal'], '*', 'j', json)
  end
  for _, id in ipairs(ids) do
    local key = K['trace:' .. id]
    if redis.call('RPUSH', key, entry) > TRACE_LENGTH then
      redis.call('LTRIM', key, -TRACE_LENGTH, -1)
    end
    redis.call('EXPIRE', key, TRACE_SECONDS)
  end
end

-- `ids` is never empty, so that cjson cannot take it for an object.
local function journal_json(kind, at, ids, reason, data)
  return '{"kind":' .. cjson.encode(kind) .. ',"at":' .. cjson.encode(at) .. ',"ids":' .. cjson.encode(ids)
    .. ',"reason":' .. cjson.encode(reason) .. ',"data":' .. encode(data) .. '}'
end

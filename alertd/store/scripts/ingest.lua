-- requires: prelude marks
-- Store candidates as events. Item by item: check, append to the stream, mark last (crash points C4 and C5), so that
-- a repeat answers `known` and nothing is ever marked without being in the stream.
-- ARGV: source, now, then ten values for each item. Answers event id, outcome and revision of each.
local now = ARGV[2]
need_marks(ARGV[1])
need('events', 'stream')
local refused = refusal()
if refused then
  return refused
end

local function append(owner, reason, item)
  redis.call('XADD', K['events'], '*', 'i', owner.event, 's', ARGV[1], 'r', string.format('%.0f', owner.revision),
    'w', reason, 'b', owner.baseline == '' and '0' or '1', 'm', owner.mark, 'e', item.json)
end

local function revise(owner, item)
  if has(owner.hashes, item.hash) then
    return 'known'
  end
  owner.revision = owner.revision + 1
  -- nobody was told of a baseline item: only another headline makes news of it, not a text that a site words anew
  if owner.baseline ~= item.title and item.withdrawn == '0' then
    owner.baseline = ''
  end
  append(owner, item.withdrawn == '1' and 'withdrawal' or 'correction', item)
  remember_hash(owner, item.hash)
  return 'revised'
end

local function found(item)
  local owner = {
    mark = item.identity,
    event = item.event,
    revision = 1,
    hashes = {item.hash},
    marks = {},
    baseline = item.verdict == 'baseline' and item.title or '',
  }
  append(owner, '', item)
  return owner, 'new'
end

local function store(item)
  local owner = read_owner(item.identity)
  local other = nil
  if item.verdict == 'alias' then
    if not owner then
      other = read_owner(item.alias_of)
    elseif owner.mark ~= item.identity then
      other = owner
    end
  end
  local outcome
  if other then
    -- its text counts as known, or the next poll would see a correction in it
    owner, outcome = other, 'alias'
    remember_hash(owner, item.hash)
  elseif item.verdict == 'alias' and string.sub(item.identity, 1, 1) == 'a' then
    -- a flag whose item was forgotten meanwhile: it stands for no entry, so it becomes no event; a later page sets it
    return {item.event, 'alias', 0}
  elseif owner then
    outcome = revise(owner, item)
  else
    owner, outcome = found(item)
  end
  redis.call('ZADD', sight, now, owner.mark)
  for _, mark in ipairs({item.identity, item.strong, item.weak}) do
    claim_mark(owner, mark)
  end
  write_owner(owner)
  return {owner.event, outcome, owner.revision}
end

local results = {}
for i = 3, #ARGV, 10 do
  results[#results + 1] = store({
    verdict = ARGV[i],
    identity = ARGV[i + 1],
    strong = ARGV[i + 2],
    weak = ARGV[i + 3],
    hash = ARGV[i + 4],
    withdrawn = ARGV[i + 5],
    event = ARGV[i + 6],
    alias_of = ARGV[i + 7],
    title = ARGV[i + 8],
    json = ARGV[i + 9],
  })
end
return {'ok', results}

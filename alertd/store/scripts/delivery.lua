-- What the scripts of the queue share. Per (chain, receiver) only the head is in a queue; the others wait.

-- Give a delivery's record, or nil and whether something stands there that is none.
local function peek(id)
  local raw = redis.call('HGET', K['deliveries'], id)
  if not raw then
    return nil, false
  end
  local fine, record = pcall(cjson.decode, raw)
  if not fine or type(record) ~= 'table' or record.id ~= id then
    return nil, true
  end
  return record, false
end

local function load(id)
  local record, broken = peek(id)
  if broken then
    corrupt = 'WRONGTYPE delivery ' .. id .. ' does not decode'
  end
  return record
end

local function save(record)
  redis.call('HSET', K['deliveries'], record.id, encode(record))
end

local function flying(record)
  return record.state == 'sending' or record.state == 'in_doubt'
end

-- What waits behind another is due with it, or this much later where several keep their order (parts of a digest).
local BEHIND_MS = 60000

local ENDED = {sent = true, dead = true, superseded = true, expired = true}

local function ended(record)
  return ENDED[record.state] == true
end

local function queue(record)
  return K['q:' .. record.receiver .. ':' .. record.lane]
end

local function recv(record)
  return K['recv:' .. record.receiver]
end

local function chain_field(record)
  return record.chain .. '/' .. record.receiver
end

local function traced(record)
  if record.alert == '' then
    return {record.id, record.receiver}
  end
  return {record.id, record.alert, record.receiver}
end

local function need_fixed()
  for _, name in ipairs({'deliveries', 'bodies', 'payloads', 'chains'}) do
    need(name, 'hash')
  end
  need('done', 'zset')
  need('dead', 'zset')
  need('wake', 'list')
  need('receivers', 'set')
end

local function need_receiver(record)
  need('q:' .. record.receiver .. ':critical', 'zset')
  need('q:' .. record.receiver .. ':normal', 'zset')
  need('recv:' .. record.receiver, 'hash')
end

-- Where the messages about an alert stand at each receiver is kept with the alert, as long as that lives.
local function need_alert(record)
  if record.alert ~= '' then
    need('alert:' .. record.alert, 'hash')
  end
end

local function thread(record)
  return record.alert ~= '' and redis.call('HGET', K['alert:' .. record.alert], 't:' .. record.receiver) or ''
end

local function keep_thread(record, thread)
  if thread ~= '' and record.alert ~= '' and redis.call('EXISTS', K['alert:' .. record.alert]) == 1 then
    redis.call('HSET', K['alert:' .. record.alert], 't:' .. record.receiver, thread)
  end
end

-- How a script about one delivery begins: its record (nil where there is none), or what to answer instead.
local function begin(id)
  need_fixed()
  local refused = refusal()
  if refused then
    return nil, refused
  end
  local record = load(id)
  return record, refusal()
end

local function delivery_line(record, at, reason, detail)
  local ids = traced(record)
  journal(journal_json('delivery', at, ids, reason, {
    delivery = record.id,
    receiver = record.receiver,
    alert = record.alert,
    alert_revision = record.alert_revision,
    type = record.type,
    queued_ms = record.created_ms,
    attempts = record.attempts,
    due_ms = record.due_ms,
    detail = detail,
  }), ids)
end

-- End a delivery. The ZREM comes first because it is never refused for lack of memory: what was sent is recorded.
local function close(record, state, now, at, detail)
  redis.call('ZREM', queue(record), record.id)
  if record.state == 'waiting' then
    redis.call('HINCRBY', recv(record), 'waiting', -1)
  end
  record.state = state
  record.finished_ms = now
  if state == 'dead' then
    redis.call('ZADD', K['dead'], now, record.id)
    redis.call('HINCRBY', recv(record), 'dead', 1)
  else
    redis.call('HDEL', K['bodies'], record.id)
    if record.kept ~= true then
      redis.call('HDEL', K['payloads'], record.id)
    end
    redis.call('ZADD', K['done'], now, record.id)
  end
  save(record)
  delivery_line(record, at, state, detail)
end

local function enter_queue(record)
  redis.call('ZADD', queue(record), record.due_ms, record.id)
  wake(record.receiver)
end

-- A head that cannot be read goes into the queue all the same: whoever sees what is due there sets it aside.
local function expose(field, id, now)
  local receiver = string.match(field, '([^/]*)$')
  local queues = {K['q:' .. receiver .. ':critical'], K['q:' .. receiver .. ':normal']}
  if redis.call('ZSCORE', queues[1], id) or redis.call('ZSCORE', queues[2], id) then
    return
  end
  redis.call('HINCRBY', K['recv:' .. receiver], 'waiting', -1)
  redis.call('ZADD', queues[2], now, id)
  wake(receiver)
end

-- Write a chain; if its head was waiting, it is in the queue from now on, at its own due time or now if that is past.
local function write_chain(field, ids, now)
  if #ids == 0 then
    redis.call('HDEL', K['chains'], field)
    return
  end
  redis.call('HSET', K['chains'], field, table.concat(ids, ','))
  local head = peek(ids[1])
  if not head then
    expose(field, ids[1], now)
  elseif head.state == 'waiting' then
    head.state = 'queued'
    -- still further ahead it is by a clock that was set back meanwhile
    head.due_ms = math.max(now, math.min(head.due_ms, now + BEHIND_MS))
    redis.call('HINCRBY', recv(head), 'waiting', -1)
    save(head)
    enter_queue(head)
  end
end

local function read_chain(field)
  return split(redis.call('HGET', K['chains'], field))
end

local function leave_chain(field, left, now)
  local rest = {}
  for _, id in ipairs(read_chain(field)) do
    if id ~= left then
      rest[#rest + 1] = id
    end
  end
  write_chain(field, rest, now)
end

-- Full texts that are to be fetched: of each event at most one job, built on the newest revision of its header.
--   fetches        event -> job, a JSON object of scalars       fetch_due   event -> due time, or end of the lease
--   fetch_headers  event -> the header's event as JSON          fetch_ends  event -> when its waiting is to be ended
-- A hash of an owner that begins so says that the event has had its text. It is remembered and forgotten as the others.
local TEXT = 't-'

local function need_fetches()
  need('fetches', 'hash')
  need('fetch_headers', 'hash')
  need('fetch_due', 'zset')
  need('fetch_ends', 'zset')
end

local function has_text(owner)
  for _, hash in ipairs(owner.hashes) do
    if string.sub(hash, 1, #TEXT) == TEXT then
      return true
    end
  end
  return false
end

-- `held`: the header is not in the stream, and goes there with its text.
local function put_fetch(source, owner, url, header, held, now, ends)
  redis.call('HSET', K['fetch_headers'], owner.event, header)
  redis.call('HSET', K['fetches'], owner.event, encode({
    event = owner.event,
    source = source,
    identity = owner.mark,
    url = url,
    revision = owner.revision,
    queued_ms = tonumber(now),
    attempts = 0,
    token = '',
    error = '',
    held = held,
  }))
  redis.call('ZADD', K['fetch_due'], now, owner.event)
  redis.call('ZADD', K['fetch_ends'], ends, owner.event)
end

local function forget_fetch(event)
  redis.call('ZREM', K['fetch_due'], event)
  redis.call('ZREM', K['fetch_ends'], event)
  redis.call('HDEL', K['fetches'], event)
  redis.call('HDEL', K['fetch_headers'], event)
end

-- None where there is no job, or one that cannot be read.
local function read_fetch(event)
  local raw = redis.call('HGET', K['fetches'], event)
  local good, job = pcall(cjson.decode, raw or '')
  return good and type(job) == 'table' and job or nil
end

local function write_fetch(job)
  redis.call('HSET', K['fetches'], job.event, encode(job))
end

package dev.lanekeeper.lock;

/**
 * What Redis does in one step. A lock that one holder has is the hash that Redisson's {@code RLock} makes, so that other programs
 * take the same lock with plain Redisson; a semaphore is a sorted set of its holders by the time at which they expire; a rate is
 * one of the starts in its period. Each has one key, which expires by itself. Each taking has an owner of its own, so asking twice
 * counts once.
 *
 * <p>KEYS are groups of three: the lock, its counter of tokens, its channel. ARGV: the owner, the lease in milliseconds, the
 * least token, for how many milliseconds a counter is kept, how many characters all owners of this application begin with, and
 * for each lock its kind (1 lock, 2 semaphore, 3 rate, 0 one that the holder has already and whose counter alone is raised), its limit, and its period in milliseconds.
 *
 * <p>A counter that has no time to live is another program's, and is left without one; one whose lock is found in the hands of a
 * program without Lanekeeper loses its own, since that program goes on counting and does not prolong it.
 */
final class RedisScripts {

    private static final String COMMON = """
            local holder, lease, token, kept = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
            local mine = string.sub(holder, 1, tonumber(ARGV[5]))
            local t = redis.call('time')
            local now = t[1] * 1000 + math.floor(t[2] / 1000)
            local n = #KEYS / 3
            local function arg(i, k) return tonumber(ARGV[3 * i + 2 + k]) end
            local function ours(holders)
              for _, one in ipairs(holders) do
                if string.sub(one, 1, #mine) == mine then return true end
              end
              return false
            end
            """;

    /**
     * 1 and the token; or 0, when to come again in milliseconds, and which are not to be had, negative where this application has
     * them; or 2 and one that is something else altogether.
     */
    static final String TAKE = COMMON + """
            local busy, comes = {}, 0
            for i = 1, n do
              local key, kind, most = KEYS[3 * i - 2], arg(i, 1), arg(i, 2)
              local left, own = 0, false
              local type = redis.call('type', key).ok
              if kind > 0 and type ~= 'none' and type ~= (kind == 1 and 'hash' or 'zset') then return {2, i} end
              if kind == 0 then
                left = 0
              elseif kind == 1 then
                if type == 'hash' and redis.call('hexists', key, holder) == 0 then
                  left = redis.call('pttl', key)
                  if left < 0 then left = lease end
                  local holders = redis.call('hkeys', key)
                  own = ours(holders)
                  for _, one in ipairs(holders) do
                    if not string.match(one, '^[%x-]+:[%x-]+:%d+:%d+$') then redis.call('persist', KEYS[3 * i - 1]) end
                  end
                end
              else
                redis.call('zremrangebyscore', key, '-inf', now)
                if not redis.call('zscore', key, holder) and redis.call('zcard', key) >= most then
                  local first = redis.call('zrange', key, 0, 0, 'withscores')
                  left = tonumber(first[2]) - now
                  own = ours(redis.call('zrange', key, 0, -1))
                end
              end
              if left > 0 then
                busy[#busy + 1] = own and -i or i
                if left > comes then comes = left end
              end
            end
            if #busy > 0 then return {0, comes, unpack(busy)} end
            local forever = {}
            for i = 1, n do
              forever[i] = redis.call('pttl', KEYS[3 * i - 1]) == -1
              local counted = arg(i, 1) > 0 and redis.call('incr', KEYS[3 * i - 1])
                  or tonumber(redis.call('get', KEYS[3 * i - 1]) or '0')
              if counted > token then token = counted end
            end
            for i = 1, n do
              local key, kind = KEYS[3 * i - 2], arg(i, 1)
              redis.call('set', KEYS[3 * i - 1], string.format('%.0f', token))
              if not forever[i] then redis.call('pexpire', KEYS[3 * i - 1], kept) end
              if kind == 1 then
                redis.call('hset', key, holder, 1)
                redis.call('pexpire', key, lease)
              elseif kind == 2 then
                redis.call('zadd', key, now + lease, holder)
                redis.call('pexpire', key, lease)
              elseif kind == 3 then
                redis.call('zadd', key, now + arg(i, 3), holder)
                redis.call('pexpire', key, arg(i, 3))
              end
            end
            return {1, token}
            """;

    /**
     * Renews locks of any holders: ARGV are the lease, 1 to take again what is gone, for how long a counter is kept, and for each lock its
     * owner, its kind, its limit, its token. For each lock 1 when it was still held, 2 when it was gone, and is held again if that was asked, 0 when others
     * have it or have had it.
     */
    static final String KEEP = """
            local lease, again = tonumber(ARGV[1]), ARGV[2] == '1'
            local t = redis.call('time')
            local now = t[1] * 1000 + math.floor(t[2] / 1000)
            local kept = {}
            for i = 1, #KEYS / 3 do
              local key, counter = KEYS[3 * i - 2], KEYS[3 * i - 1]
              local holder, kind, most, token = ARGV[4 * i], tonumber(ARGV[4 * i + 1]), tonumber(ARGV[4 * i + 2]), ARGV[4 * i + 3]
              local state = 0
              local type = redis.call('type', key).ok
              local counted = redis.call('get', counter)
              local unused = not counted or counted == token
              if type ~= 'none' and type ~= (kind == 1 and 'hash' or 'zset') then
                state = 0
              elseif kind == 1 then
                if redis.call('hexists', key, holder) == 1 then
                  state = 1
                elseif unused and redis.call('exists', key) == 0 then
                  state = 2
                  if again then redis.call('hset', key, holder, 1) end
                end
              else
                redis.call('zremrangebyscore', key, '-inf', now)
                if redis.call('zscore', key, holder) then
                  state = 1
                elseif redis.call('zcard', key) < most then
                  state = 2
                end
                if state == 1 or state == 2 and again then redis.call('zadd', key, now + lease, holder) end
              end
              if state == 1 or state == 2 and again then
                redis.call('pexpire', key, lease)
                if not counted then redis.call('set', counter, token, 'px', ARGV[3]) end
              end
              kept[i] = state
            end
            return kept
            """;

    /** Frees locks of any holders, and tells whoever waits: ARGV are for each lock its owner and its kind. */
    static final String FREE = """
            for i = 1, #KEYS / 3 do
              local key, holder, kind = KEYS[3 * i - 2], ARGV[2 * i - 1], tonumber(ARGV[2 * i])
              local gone
              local type = redis.call('type', key).ok
              if type ~= (kind == 1 and 'hash' or 'zset') then
                gone = 0
              elseif kind == 1 then gone = redis.call('hdel', key, holder) else gone = redis.call('zrem', key, holder) end
              if gone == 1 then redis.call('publish', KEYS[3 * i], '0') end
            end
            return {1}
            """;

    /**
     * Who has locks in other applications: KEYS are for each name that of its lock, of its semaphore and of its rate; ARGV is what all
     * owners of this application begin with. For each name an owner, empty for none, and in how many milliseconds its lock expires.
     */
    static final String OWNERS = """
            local mine, owners = ARGV[1], {}
            local t = redis.call('time')
            local now = t[1] * 1000 + math.floor(t[2] / 1000)
            for i = 1, #KEYS / 3 do
              local owner, left = '', -1
              for k = 3 * i - 2, 3 * i do
                local key = KEYS[k]
                local type = redis.call('type', key).ok
                if type == 'hash' and owner == '' then
                  for _, one in ipairs(redis.call('hkeys', key)) do
                    if string.sub(one, 1, #mine) ~= mine then owner, left = one, redis.call('pttl', key) end
                  end
                elseif type == 'zset' and owner == '' then
                  for _, one in ipairs(redis.call('zrangebyscore', key, now, '+inf')) do
                    if owner == '' and string.sub(one, 1, #mine) ~= mine then
                      owner, left = one, tonumber(redis.call('zscore', key, one)) - now
                    end
                  end
                end
              end
              owners[2 * i - 1], owners[2 * i] = owner, left
            end
            return owners
            """;

    private RedisScripts() {}
}

-- What every load shares: the voters, the clock, the count of right and wrong answers, and the report that the harness
-- reads. wrk runs one Lua state for each of its threads, and done() in a state of its own gathers from them by name.
local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long seconds; long nanoseconds; } bench_time;
    int clock_gettime(int clock, bench_time *time);
]]
local instant = ffi.new("bench_time")

local common = {}

local function now()
    ffi.C.clock_gettime(1, instant)
    return tonumber(instant.seconds) + tonumber(instant.nanoseconds) / 1e9
end

-- What every simulated browser sends: the visitors' keys have been made of it.
common.headers = "Host: bench\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Dailies-Bench\r\n"
    .. "Accept-Language: en\r\nAccept-Encoding: identity\r\nSec-Fetch-Site: same-origin\r\n"

function common.read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("*a")
    file:close()
    return text
end

function common.lines(path)
    local lines = {}
    for line in io.lines(path) do lines[#lines + 1] = line end
    return lines
end

-- This thread's share of the voters in the files (joined by commas), `count` of each from line `from`, in an order that
-- has nothing to do with where they lie in the database. Each is its part of a request's head.
function common.voters(paths, from, count)
    local threads = tonumber(os.getenv("BENCH_THREADS"))
    local voters = {}
    for path in paths:gmatch("[^,]+") do
        local place = 0
        for line in io.lines(path) do
            if place >= from + count then break end
            if place >= from and place % threads == number then
                local cookie, form, feed, address = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$")
                voters[#voters + 1] = "Cookie: " .. cookie .. "\r\nX-CSRF-Token: " .. form .. "\r\nX-Feed-Token: "
                    .. feed .. "\r\nX-Forwarded-For: " .. address .. "\r\n"
            end
            place = place + 1
        end
    end
    math.randomseed(number + 1)
    for index = #voters, 2, -1 do
        local other = math.random(index)
        voters[index], voters[other] = voters[other], voters[index]
    end
    return voters
end

local threads = {}

function common.setup(thread)
    thread:set("number", #threads)
    threads[#threads + 1] = thread
end

-- Globals, since done() fetches them from each thread by name.
right, wrong, first_at, last_at, sample, counted = 0, 0, 0, 0, "", {}

function common.count(is_right, status, body)
    local time = now()
    if first_at == 0 then first_at = time end
    last_at = time
    if is_right then
        right = right + 1
    else
        wrong = wrong + 1
        if sample == "" then sample = status .. " " .. (body or ""):sub(1, 300) end
    end
end

local function quoted(text)
    return '"' .. text:gsub('[%c"\\\128-\255]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
end

-- One line of JSON for the harness, behind a mark that nothing else prints. `seconds` is from the first answer to the
-- last, latencies are milliseconds.
function common.done(summary, latency)
    local all = { right = 0, wrong = 0, first = math.huge, last = 0, sample = "" }
    local clips = {}
    for _, thread in ipairs(threads) do
        all.right = all.right + thread:get("right")
        all.wrong = all.wrong + thread:get("wrong")
        local first = thread:get("first_at")
        if first > 0 then all.first = math.min(all.first, first) end
        all.last = math.max(all.last, thread:get("last_at"))
        if all.sample == "" then all.sample = thread:get("sample") end
        for clip, count in pairs(thread:get("counted")) do clips[clip] = (clips[clip] or 0) + count end
    end
    local counts = {}
    for clip, count in pairs(clips) do
        if count > 0 then counts[#counts + 1] = quoted(clip) .. ":" .. count end
    end
    local errors = summary.errors
    print(("BENCH {\"right\":%d,\"wrong\":%d,\"seconds\":%.6f,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,"
        .. "\"socketErrors\":%d,\"sample\":%s,\"byClip\":{%s}}"):format(
        all.right, all.wrong, math.max(all.last - all.first, 1e-6), latency:percentile(50) / 1000,
        latency:percentile(99) / 1000, latency.max / 1000, errors.connect + errors.read + errors.write + errors.timeout,
        quoted(all.sample), table.concat(counts, ",")))
end

return common

-- Judgements of pairs. Argument: a file with the head of a request and the token of a pair in each line. Each pair is judged once.
-- Every answer must be 200 and name both models.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local requests, place = {}, 0
local start = "POST /api/battles HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 64\r\n" .. common.headers

setup = common.setup
done = common.done

function init(arguments)
    local threads = tonumber(os.getenv("BENCH_THREADS"))
    local line_number = 0
    for line in io.lines(arguments[1]) do
        if line_number % threads == number then
            local cookie, form, address, pair = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$")
            requests[#requests + 1] = start .. "Cookie: " .. cookie .. "\r\nX-CSRF-Token: " .. form .. "\r\nX-Forwarded-For: "
                .. address .. "\r\n\r\n{\"pair\":\"" .. pair .. "\",\"outcome\":\"left\"}"
        end
        line_number = line_number + 1
    end
end

function request()
    place = place + 1
    -- When every pair is judged, what came so far is the measure.
    if place > #requests then wrk.thread:stop() end
    return requests[math.min(place, #requests)]
end

function response(status, _, body)
    local is_right = status == 200 and body:find('"outcome":"left"', 1, true) ~= nil and body:find('"battles":1', 1, true) ~= nil
    common.count(is_right, status, body)
end

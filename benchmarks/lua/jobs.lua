-- Requests for videos. Arguments: the voters' files, the first voter and how many of each. Each member asks once. Every answer
-- must be 202 and say that the video waits for the renderer and what is left.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters, place = {}, 0
local body = '{"model":"local","prompt":"fog over the tracks","duration":2,"credits":0}'
local start = "POST /api/jobs HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n" .. common.headers

setup = common.setup
done = common.done

function init(arguments)
    voters = common.voters(arguments[1], tonumber(arguments[2]), tonumber(arguments[3]))
end

function request()
    place = place + 1
    -- When everybody has asked, what came so far is the measure.
    if place > #voters then wrk.thread:stop() end
    return start .. voters[math.min(place, #voters)] .. "\r\n" .. body
end

function response(status, _, answer)
    local is_right = status == 202 and answer:find('"remainingSeconds":598', 1, true) ~= nil
        and answer:find('"status":"queued"', 1, true) ~= nil
    common.count(is_right, status, answer)
end

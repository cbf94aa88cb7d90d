-- Pages of a list, each asked under an address of its own, so that nginx keeps none of them. Arguments: a path with a query,
-- how long an answer is at least, and voters as in feed.lua. Every answer must be 200 and that long.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters, size = {}, 0
local start = ""
local place, asked = 0, 0

setup = common.setup
done = common.done

function init(arguments)
    start = "GET " .. arguments[1] .. "&n=" .. os.time() .. "-" .. number .. "-"
    size = tonumber(arguments[2])
    voters = common.voters(arguments[3], tonumber(arguments[4]), tonumber(arguments[5]))
end

function request()
    place = place % #voters + 1
    asked = asked + 1
    return start .. asked .. " HTTP/1.1\r\n" .. common.headers .. voters[place] .. "\r\n"
end

function response(status, _, body)
    common.count(status == 200 and #body >= size, status, body)
end

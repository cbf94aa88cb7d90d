-- Votes for videos. Arguments: the voters' files, the first voter and how many of each, the videos' file. Each voter votes once.
-- Every answer must be 200 and say how many votes the video has.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters, videos, place = {}, {}, 0

setup = common.setup
done = common.done

function init(arguments)
    voters = common.voters(arguments[1], tonumber(arguments[2]), tonumber(arguments[3]))
    videos = common.lines(arguments[4])
end

function request()
    place = place + 1
    -- When everybody has voted, what came so far is the measure.
    if place > #voters then wrk.thread:stop() end
    local current = math.min(place, #voters)
    return "POST /api/videos/" .. videos[(current * 7919) % #videos + 1] .. "/vote HTTP/1.1\r\nContent-Length: 0\r\n"
        .. common.headers .. voters[current] .. "\r\n"
end

function response(status, _, body)
    common.count(status == 200 and body:find('"votes":[1-9]') ~= nil, status, body)
end

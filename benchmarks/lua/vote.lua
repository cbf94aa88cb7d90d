-- Votes. Arguments: the voters' files, the first voter and how many of each, the clips' file.
-- Each voter votes for clips that it has not voted for yet. Every answer must be 200, name a clip that takes part, and
-- say that the vote counts.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters, clips = {}, {}
local place, turn = 0, 0
local start = "POST /api/vote HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 49\r\n" .. common.headers

setup = common.setup
done = common.done

function init(arguments)
    voters = common.voters(arguments[1], tonumber(arguments[2]), tonumber(arguments[3]))
    clips = common.lines(arguments[4])
    for _, clip in ipairs(clips) do counted[clip] = 0 end
end

function request()
    place = place + 1
    if place > #voters then
        place = 1
        turn = turn + 1
    end
    -- When everybody has voted for everything, what came so far is the measure.
    if turn >= #clips then wrk.thread:stop() end
    -- Neighbours in time vote for clips far apart, and a voter's turns each meet another clip.
    local clip = clips[(place * 7919 + turn) % #clips + 1]
    return start .. voters[place] .. "\r\n{\"clipId\":\"" .. clip .. "\"}"
end

function response(status, _, body)
    local clip = status == 200 and body:match('"clipId":"([0-9a-f-]+)"') or ""
    local before = counted[clip]
    local is_right = before ~= nil and body:find('"success":true', 1, true) ~= nil
        and body:find('"newScore":[1-9]') ~= nil and body:find('"totalVotesToday":[1-9]') ~= nil
    if is_right then counted[clip] = before + 1 end
    common.count(is_right, status, body)
end

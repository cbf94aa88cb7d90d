-- Reads of the feed. Arguments: the voters' files, the first voter and how many of each.
-- Every answer must be 200 and hold eight clips of the round that is open.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters = {}
local place = 0
local start = "GET /api/vote HTTP/1.1\r\n" .. common.headers

setup = common.setup
done = common.done

function init(arguments)
    voters = common.voters(arguments[1], tonumber(arguments[2]), tonumber(arguments[3]))
end

function request()
    place = place % #voters + 1
    return start .. voters[place] .. "\r\n"
end

local function clips_of(body)
    local clips, from = 0, 1
    while true do
        from = body:find('"hasVoted":', from, true)
        if not from then return clips end
        clips = clips + 1
        from = from + 11
    end
end

function response(status, _, body)
    local is_right = status == 200 and clips_of(body) == 8 and body:find('"state":"voting"', 1, true) ~= nil
        and body:find('"totalVotesToday":', 1, true) ~= nil
    common.count(is_right, status, body)
end

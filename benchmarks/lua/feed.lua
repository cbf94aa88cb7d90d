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

-- Lua looks for the first letter of what it is to find: a quotation mark is everywhere in an answer, and to stop at each
-- of them would cost a tenth of what the machine does for the answer.
local function clips_of(body)
    local clips, from = 0, 1
    while true do
        from = body:find('Voted":', from, true)
        if not from then return clips end
        if body:sub(from - 4, from - 1) == '"has' then clips = clips + 1 end
        from = from + 7
    end
end

function response(status, _, body)
    -- The part behind the clips is short.
    local is_right = status == 200 and clips_of(body) == 8 and body:find('"state":"voting"', -800, true) ~= nil
        and body:find('"totalVotesToday":', -800, true) ~= nil
    common.count(is_right, status, body)
end

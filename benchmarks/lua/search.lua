-- Searches. Arguments: a file with query strings, and voters as in feed.lua. No search comes twice within a load that is
-- shorter than the file. Every answer must be 200 and hold a list of clips.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters, searches = {}, {}
local place, search = 0, 0

setup = common.setup
done = common.done

function init(arguments)
    local threads = tonumber(os.getenv("BENCH_THREADS"))
    local lines = common.lines(arguments[1])
    for index = 1, #lines do
        if index % threads == number then searches[#searches + 1] = lines[index] end
    end
    voters = common.voters(arguments[2], tonumber(arguments[3]), tonumber(arguments[4]))
    -- Another place in each load: what one load has asked for is kept.
    search = math.floor(#searches * tonumber(arguments[5]))
end

function request()
    place = place % #voters + 1
    search = search % #searches + 1
    return "GET /api/discover?" .. searches[search] .. " HTTP/1.1\r\n" .. common.headers .. voters[place] .. "\r\n"
end

function response(status, _, body)
    common.count(status == 200 and body:find('{"clips":[', 1, true) == 1, status, body)
end

-- Searches. Arguments: a file with query strings, and voters as in feed.lua. No search comes twice within a load that is
-- shorter than the file. The path before a query string and how an answer begins, or for a page what it holds, can follow.
-- Every answer must be 200 and hold a list.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters, searches = {}, {}
local place, search = 0, 0
local path, mark, isPage = "/api/discover?", '{"clips":[', false

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
    if arguments[6] then path, mark, isPage = arguments[6], arguments[7], true end
end

function request()
    place = place % #voters + 1
    search = search % #searches + 1
    return "GET " .. path .. searches[search] .. " HTTP/1.1\r\n" .. common.headers .. voters[place] .. "\r\n"
end

function response(status, _, body)
    common.count(status == 200 and (isPage and body:find(mark, 1, true) ~= nil or body:find(mark, 1, true) == 1), status, body)
end

-- Reads whose answer is known. Arguments: the path, a file that holds the answer, and voters as in feed.lua.
-- Every answer must be 200 and the very bytes of the file.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters, expected = {}, nil
local start = ""
local place = 0

setup = common.setup
done = common.done

function init(arguments)
    start = "GET " .. arguments[1] .. " HTTP/1.1\r\n" .. common.headers
    expected = common.read(arguments[2])
    voters = common.voters(arguments[3], tonumber(arguments[4]), tonumber(arguments[5]))
end

function request()
    place = place % #voters + 1
    return start .. voters[place] .. "\r\n"
end

function response(status, _, body)
    common.count(status == 200 and body == expected, status, body)
end

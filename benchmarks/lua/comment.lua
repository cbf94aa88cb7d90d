-- Comments on one clip. Arguments: the voters' files, the first voter and how many of each, the clip's file. Each voter, who
-- is a member, comments in turn. Every answer must be 201 and hold the comment.
package.path = os.getenv("BENCH_LUA") .. "/?.lua;" .. package.path
local common = require("common")

local voters = {}
local place = 0
local body, start = "", ""

setup = common.setup
done = common.done

function init(arguments)
    voters = common.voters(arguments[1], tonumber(arguments[2]), tonumber(arguments[3]))
    body = '{"clipId":"' .. common.lines(arguments[4])[1] .. '","text":"The light holds until the very last frame."}'
    start = "POST /api/comments HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n" .. common.headers
end

function request()
    place = place % #voters + 1
    return start .. voters[place] .. "\r\n" .. body
end

function response(status, _, answer)
    common.count(status == 201 and answer:find('"isOwn":true', 1, true) ~= nil, status, answer)
end

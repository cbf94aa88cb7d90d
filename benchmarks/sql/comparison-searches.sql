-- What people might look for among the comparisons, one query string a line: each with a number that no page reads, so that
-- nginx keeps no answer.
select case place % 10
    when 0 then 'type=text-to-video'
    when 1 then 'tag=bench-' || 1 + place % 40
    when 2 then 'q=' || words[1]
    when 3 then 'q=' || words[2] || '%20' || words[3] || '&type=image-to-video'
    when 4 then 'since=month&sort=votes'
    when 5 then 'length=short&resolution=1080'
    when 6 then 'tag=bench-' || 1 + place % 40 || '&type=image-to-video&sort=votes'
    when 7 then 'q=' || left(words[2], 4) || '&length=medium'
    when 8 then 'since=year&resolution=720&tag=bench-' || 1 + place % 40
    else 'q=zz' || words[1]
end || '&n=' || place
from (
    select string_to_array(title, ' ') as words, row_number() over (order by md5(slug)) as place
    from comparisons
    where slug like 'listed-%'
    limit 20000
) titles
where cardinality(words) >= 3
order by md5(place::text);

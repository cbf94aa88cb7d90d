-- What people might look for, one query string a line: a word, two words of one title, the beginning of a word, a word with
-- a filter or another order, two words that may never meet, and a word that is nowhere.
select setseed(0.25);
with titles as (
    select string_to_array(title, ' ') as words, genre, row_number() over () as place
    from tournament_clips tablesample system (2)
    where status = 'eliminated' and title not like 'Take %'
    limit 20000
)
select case place % 8
    when 0 then 'q=' || words[1]
    when 1 then 'q=' || words[2] || '%20' || words[3]
    when 2 then 'q=' || left(words[2], 4)
    when 3 then 'q=' || words[3] || '&genre=' || genre
    when 4 then 'q=' || words[1] || '&sort=votes'
    when 5 then 'q=' || words[1] || '%20' || lag(words[2]) over (order by place)
    when 6 then 'q=' || words[2] || '&sort=oldest&status=eliminated'
    else 'q=zz' || words[1]
end
from titles
where cardinality(words) >= 3
order by random();

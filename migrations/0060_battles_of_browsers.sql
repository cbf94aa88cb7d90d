-- A battle counts once for a browser too, and the visitors of one network judge a pair, or vote for a video, only so often.

-- The pairs that a browser has judged, by the hash of its cookie. They go with what leads from a person to the battles.
create table battle_cookies (
    cookie_hash text not null,
    low_id uuid not null,
    high_id uuid not null,
    pseudonym uuid not null references battle_voters (pseudonym) on delete cascade,
    primary key (cookie_hash, low_id, high_id)
);
create index battle_cookies_pseudonym on battle_cookies (pseudonym);

-- How often the visitors of a network have judged a pair on a day. A network has another name on every day.
create table battle_networks (
    network text not null,
    low_id uuid not null,
    high_id uuid not null,
    day date not null,
    battles int not null,
    primary key (network, low_id, high_id)
);
create index battle_networks_day on battle_networks (day);

-- What a network's visitors have given a video.
create index video_votes_visitors on video_votes (video_id, network) where user_id is null;

-- Keys by which programs act for a member. Only hashes are kept: whoever reads this table cannot use one.
create table api_keys (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    token_hash bytea not null,
    name text not null,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint api_keys_token_is_a_hash check (octet_length(token_hash) = 32),
    constraint api_keys_name_length check (char_length(name) between 1 and 60),
    constraint api_keys_scopes_known check (scopes <@ array['read', 'write', 'admin'] and cardinality(scopes) > 0)
);
create unique index api_keys_token on api_keys (token_hash);
create index api_keys_user on api_keys (user_id);

-- What a member chose on one device and wants on every other. Null: nothing was chosen.
create table member_preferences (
    user_id uuid primary key references users on delete cascade,
    sound boolean,
    motion boolean,
    updated_at timestamptz not null default now()
);

-- Somebody who has left and whose clips stay in a film: a row without anything of theirs, under an id of its own.
alter table users add column left_at timestamptz;
alter table users add constraint users_former_member_is_nobody check (
    left_at is null
    or (username is null and email is null and role = 'member' and ban_reason is null and age_confirmed_at is null)
);
grant select (left_at) on users to dailies_web;

-- Clips of former members which the film shall show a title card for instead. Whoever assembles the film reads this.
create table film_removals (
    clip_id uuid primary key references tournament_clips on delete cascade,
    asked_at timestamptz not null,
    replaced_at timestamptz
);

-- Votes that do not count stand in none of the other indexes, and a member who leaves must be taken out of them too.
create index votes_voided_voter on votes (voter_key) where voided_at is not null;

grant select, insert, update, delete on api_keys, member_preferences to dailies_jobs;
grant select, update, delete on film_removals to dailies_jobs;

-- A member; or, when left_at is set, a former member whose clips stay in a film: a row without personal data, under an
-- id of its own.
create table users (
    id uuid primary key default gen_random_uuid(),
    username text,
    -- When the member last changed the username. An admin's correction does not count.
    username_changed_at timestamptz,
    email text,
    role text not null default 'member',
    avatar_seed text not null default encode(uuid_send(gen_random_uuid()), 'hex'),
    age_confirmed_at timestamptz,
    banned_at timestamptz,
    ban_reason text,
    ban_appeal text,
    ban_appealed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    left_at timestamptz,
    constraint users_username_form check (username ~ '^[a-z0-9_]{3,20}$'),
    constraint users_role_known check (role in ('member', 'admin')),
    constraint users_ban_has_reason check (banned_at is null or ban_reason is not null),
    constraint users_appeal_is_dated check ((ban_appeal is null) = (ban_appealed_at is null)),
    constraint users_appeal_length check (char_length(ban_appeal) between 1 and 2000),
    constraint users_former_member_is_nobody check (
        left_at is null
        or (username is null and email is null and role = 'member' and ban_reason is null and age_confirmed_at is null)
    )
);
create unique index users_username_key on users (username);
create index users_by_name on users (coalesce(username, '~') collate "C", id);
create index users_username_prefix on users (username text_pattern_ops);
-- Addresses are not unique: an identity is a provider and a subject, and several may share one address.
create index users_email on users (lower(email)) where email is not null;
create index users_email_prefix on users (lower(email) text_pattern_ops) where email is not null;
create index users_created on users (created_at, id);
create index users_banned on users (banned_at) where banned_at is not null;

-- Usernames that members gave up. For a while such a name still leads to its member, and no other member can have it.
create table username_history (
    id bigint generated always as identity primary key,
    username text not null,
    user_id uuid not null references users on delete cascade,
    given_up_at timestamptz not null
);
create index username_history_name on username_history (username, given_up_at);
create index username_history_user on username_history (user_id, given_up_at);

-- Settings that a member chose on one device and wants on every other. Null: not chosen.
create table member_preferences (
    user_id uuid primary key references users on delete cascade,
    sound boolean,
    motion boolean,
    updated_at timestamptz not null default now()
);

-- Addresses and the reasons of bans are private. Members change their own data through functions.
grant select (id, username, role, avatar_seed, banned_at, created_at, left_at) on users to dailies_web;
grant select, insert, update on users to dailies_jobs;
grant select on username_history to dailies_jobs;
grant select, insert, update, delete on member_preferences to dailies_jobs;

-- Row level security guards the tables that the web role reads directly and whose rows belong to members, against a
-- query that forgets whose rows it may show. The policies ask these two functions who is acting. Functions with the
-- owner's rights are not bound by the policies, and background jobs see every row.
create function current_member()
returns uuid
language sql
stable
as $$
    select nullif(current_setting('dailies.user_id', true), '')::uuid;
$$;

create function current_member_is_admin()
returns boolean
language sql
stable
as $$
    select exists (
        select from users
        where id = current_member() and role = 'admin' and banned_at is null
    );
$$;

-- Names, pictures and roles are public; the private columns are not granted.
alter table users enable row level security;
create policy users_shown on users for select to dailies_web
    using (true);
create policy users_of_jobs on users to dailies_jobs
    using (true)
    with check (true);

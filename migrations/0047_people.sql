-- Members who follow members, and members who invite members.

create table follows (
    follower_id uuid not null references users on delete cascade,
    followed_id uuid not null references users on delete cascade,
    created_at timestamptz not null,
    constraint follows_pkey primary key (follower_id, followed_id),
    constraint follows_not_oneself check (follower_id <> followed_id)
);
create index follows_following on follows (follower_id, created_at, followed_id);
create index follows_followers on follows (followed_id, created_at, follower_id);

-- How many rows of follows have the member as followed_id. Triggers keep it (functions/social/follows.sql).
alter table users
    add column follower_count int not null default 0,
    add constraint users_follower_count_positive check (follower_count >= 0);

grant select (follower_count) on users to dailies_web;
grant select on follows to dailies_web;
grant select, insert, update, delete on follows to dailies_jobs;
-- Everybody sees how many follow a member; who they are is for the two members.
alter table follows enable row level security;
create policy follows_own on follows for select to dailies_web
    using (follower_id = (select current_member()) or followed_id = (select current_member()));
create policy follows_of_jobs on follows to dailies_jobs
    using (true)
    with check (true);

-- The code in a member's invitation link. It says nothing about the member, so a new name changes no link.
create table referral_codes (
    user_id uuid primary key references users on delete cascade,
    code text not null,
    created_at timestamptz not null,
    constraint referral_codes_code_key unique (code),
    constraint referral_codes_code_form check (code ~ '^[2-9a-hjkmnp-z]{8}$')
);

-- Who invited whom. A row without one of the two members is of somebody who has left: what was counted stays counted.
create table referrals (
    id bigint generated always as identity primary key,
    referrer_id uuid references users on delete set null,
    referred_id uuid references users on delete set null,
    -- When the newcomer accepted the invitation.
    joined_at timestamptz not null,
    -- The first UTC day, among those that are over, on which the newcomer voted. Totals of days are kept for a week only.
    first_voted_on date,
    -- When the newcomer had voted on two UTC days.
    counted_at timestamptz,
    constraint referrals_referred_key unique (referred_id),
    constraint referrals_not_oneself check (referrer_id <> referred_id)
);
create index referrals_referrer on referrals (referrer_id, counted_at);
create index referrals_waiting on referrals (joined_at) where counted_at is null;

grant select, insert, update, delete on referral_codes, referrals to dailies_jobs;

-- What members are notified of. News for everybody is one row without a member.
create table notifications (
    id bigint generated always as identity primary key,
    -- Null in a row for everybody.
    user_id uuid references users on delete cascade,
    kind text not null,
    -- What the sentence of the kind needs: a title, a reason, a name, the path of the page to open.
    facts jsonb not null default '{}',
    -- The member who caused it, if one did.
    actor_id uuid references users on delete set null,
    -- Names the event, so that it is written once however often its cause is worked on.
    event_key text not null,
    created_at timestamptz not null,
    read_at timestamptz,
    constraint notifications_kind_known check (
        kind in (
            'clip_approved', 'clip_rejected', 'clip_won', 'new_round', 'achievement', 'daily_goal', 'follower',
            'comment', 'generation_done', 'generation_failed', 'system'
        )
    ),
    constraint notifications_event_key unique nulls not distinct (user_id, kind, event_key),
    constraint notifications_everybodys_are_unread check (user_id is not null or read_at is null)
);
create index notifications_of_member on notifications (user_id, id);
create index notifications_actor on notifications (actor_id) where actor_id is not null;

grant select on notifications to dailies_web;
grant update (read_at) on notifications to dailies_web;
grant select, insert, update, delete on notifications to dailies_jobs;
alter table notifications enable row level security;
create policy notifications_shown on notifications for select to dailies_web
    using (user_id is null or user_id = (select current_member()));
create policy notifications_read on notifications for update to dailies_web
    using (user_id = (select current_member()))
    with check (user_id = (select current_member()));
create policy notifications_of_jobs on notifications to dailies_jobs
    using (true)
    with check (true);

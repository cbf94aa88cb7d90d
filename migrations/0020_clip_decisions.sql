-- The last decision of an admin on each clip, and what the clip was before it, so that it can be undone. The rules are in
-- undo_refusal(). What else changes a clip leaves its row here.
create table clip_decisions (
    clip_id uuid primary key references tournament_clips on delete cascade,
    id uuid not null default gen_random_uuid(),
    action text not null,
    decided_at timestamptz not null,
    status_before text not null,
    reason_before text,
    decided_by_before uuid references users,
    decided_at_before timestamptz,
    withdrawn_at_before timestamptz,
    constraint clip_decisions_action_known check (action in ('approve', 'reject')),
    constraint clip_decisions_status_known check (status_before in ('pending', 'active', 'rejected'))
);
create unique index clip_decisions_id on clip_decisions (id);

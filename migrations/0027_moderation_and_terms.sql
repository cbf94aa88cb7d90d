-- What people have reported, and decisions that are appealed: one case for each clip or member.
create table moderation_cases (
    id bigint generated always as identity primary key,
    clip_id uuid references tournament_clips on delete cascade,
    member_id uuid references users on delete cascade,
    state text not null default 'open',
    opened_at timestamptz not null,
    decided_at timestamptz,
    decided_by uuid references users on delete set null,
    -- Since when an appeal waits; null when none does.
    appealed_at timestamptz,
    constraint moderation_cases_one_thing check (num_nonnulls(clip_id, member_id) = 1),
    constraint moderation_cases_state_known check (state in ('open', 'reviewing', 'resolved', 'dismissed'))
);
create unique index moderation_cases_clip on moderation_cases (clip_id) where clip_id is not null;
create unique index moderation_cases_member on moderation_cases (member_id) where member_id is not null;
create index moderation_cases_state on moderation_cases (state, id);
create index moderation_cases_appealed on moderation_cases (id) where appealed_at is not null;
create index moderation_cases_decider on moderation_cases (decided_by) where decided_by is not null;

create table reports (
    id bigint generated always as identity primary key,
    case_id bigint not null references moderation_cases on delete cascade,
    reason text not null,
    details text not null default '',
    reporter_id uuid references users on delete set null,
    -- The voter key of the reporter, so that one person has one open report about a thing. It is removed when an admin
    -- has decided, or when the account is deleted.
    reporter_key text,
    created_at timestamptz not null,
    state text not null default 'open',
    answered_at timestamptz,
    -- What the reporter reads beside the state.
    answer text,
    mailed_at timestamptz,
    constraint reports_reason_known check (
        reason in ('inappropriate', 'spam', 'harassment', 'copyright', 'other')
    ),
    constraint reports_details_length check (char_length(details) <= 1000),
    constraint reports_state_known check (state in ('open', 'reviewing', 'resolved', 'dismissed')),
    constraint reports_answered check ((state in ('resolved', 'dismissed')) = (answered_at is not null))
);
create unique index reports_open_once on reports (case_id, reporter_key) where answered_at is null;
create index reports_case on reports (case_id, id);
create index reports_reporter on reports (reporter_id, id) where reporter_id is not null;
create index reports_unmailed on reports (answered_at)
    where mailed_at is null and answered_at is not null and reporter_id is not null;

-- The statement of reasons for each decision against a member or a clip, with the one appeal.
create table statements_of_reasons (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    clip_id uuid references tournament_clips on delete set null,
    clip_title text,
    action text not null,
    -- The rule as a reason of reports names it; null is the terms as a whole.
    rule text,
    reason text not null,
    is_automated boolean not null default false,
    decided_at timestamptz not null,
    decided_by uuid references users on delete set null,
    -- By which a decision on a clip is undone.
    decision_id uuid,
    is_undone boolean not null default false,
    -- Since when the decision holds no more.
    ended_at timestamptz,
    appeal text,
    appealed_at timestamptz,
    appeal_outcome text,
    appeal_answer text,
    appeal_decided_at timestamptz,
    appeal_decided_by uuid references users on delete set null,
    mailed_at timestamptz,
    constraint statements_of_reasons_action_known check (action in ('reject', 'warn', 'ban')),
    constraint statements_of_reasons_rule_known check (
        rule in ('inappropriate', 'spam', 'harassment', 'copyright', 'other')
    ),
    constraint statements_of_reasons_appeal_is_dated check ((appeal is null) = (appealed_at is null)),
    constraint statements_of_reasons_appeal_length check (char_length(appeal) between 1 and 2000),
    constraint statements_of_reasons_outcome_known check (appeal_outcome in ('upheld', 'granted')),
    constraint statements_of_reasons_outcome_is_dated check ((appeal_outcome is null) = (appeal_decided_at is null)),
    constraint statements_of_reasons_outcome_of_appeal check (appeal_outcome is null or appeal is not null)
);
create index statements_of_reasons_user on statements_of_reasons (user_id, decided_at);
create index statements_of_reasons_clip on statements_of_reasons (clip_id, decided_at) where clip_id is not null;
create index statements_of_reasons_decision on statements_of_reasons (decision_id) where decision_id is not null;
create unique index statements_of_reasons_ban on statements_of_reasons (user_id)
    where action = 'ban' and ended_at is null;
create index statements_of_reasons_unmailed on statements_of_reasons (decided_at)
    where mailed_at is null and not is_undone;

-- What was decided before there were statements.
insert into statements_of_reasons (user_id, action, reason, decided_at, appeal, appealed_at, mailed_at)
select id, 'ban', ban_reason, banned_at, ban_appeal, ban_appealed_at, banned_at
from users
where banned_at is not null;
insert into moderation_cases (member_id, state, opened_at, appealed_at)
select id, 'resolved', ban_appealed_at, ban_appealed_at
from users
where banned_at is not null and ban_appealed_at is not null;
insert into statements_of_reasons (
    user_id, clip_id, clip_title, action, reason, decided_at, decided_by, decision_id, mailed_at
)
select clips.user_id, clips.id, clips.title, 'reject', clips.rejection_reason, clips.decided_at, clips.decided_by,
    decisions.id, clips.decided_at
from tournament_clips clips
left join clip_decisions decisions on decisions.clip_id = clips.id and decisions.action = 'reject'
where clips.status = 'rejected' and clips.decided_at is not null and clips.withdrawn_at is null
    and clips.creator_withdrew_at is null;
alter table users
    drop column ban_appeal,
    drop column ban_appealed_at;
drop function if exists ban_appealed_at(uuid);
drop function if exists appeal_ban(uuid, text);

-- The web role changes these through functions only. Reporters are known to admins, and to themselves.
grant select on moderation_cases, statements_of_reasons to dailies_web;
grant select (
    id, case_id, reason, details, reporter_id, created_at, state, answered_at, answer
) on reports to dailies_web;
grant select on moderation_cases, statements_of_reasons, reports to dailies_jobs;
grant update (mailed_at) on statements_of_reasons, reports to dailies_jobs;

alter table moderation_cases enable row level security;
create policy moderation_cases_of_admins on moderation_cases for select to dailies_web
    using ((select current_member_is_admin()));
create policy moderation_cases_of_jobs on moderation_cases to dailies_jobs
    using (true);
alter table reports enable row level security;
create policy reports_shown on reports for select to dailies_web
    using (reporter_id = (select current_member()) or (select current_member_is_admin()));
create policy reports_of_jobs on reports to dailies_jobs
    using (true);
alter table statements_of_reasons enable row level security;
create policy statements_of_reasons_shown on statements_of_reasons for select to dailies_web
    using (user_id = (select current_member()) or (select current_member_is_admin()));
create policy statements_of_reasons_of_jobs on statements_of_reasons to dailies_jobs
    using (true);

-- What the creator confirmed when sending a clip in, and the terms that were in force then.
alter table tournament_clips
    add column consent_confirmed_at timestamptz,
    add column licence_accepted_at timestamptz,
    add column terms_version int;
-- The one confirmation of before named the rights, the people and the licence.
update tournament_clips
set consent_confirmed_at = rights_confirmed_at,
    licence_accepted_at = rights_confirmed_at;

-- The terms of use. A version is in force from its date until the next one is. In the text, a line that begins with
-- `## ` is a heading and one that begins with `- ` is an item; {minimumAge} is the setting.
create table terms_versions (
    version int primary key,
    effective_at timestamptz not null,
    summary text not null,
    text text not null,
    created_at timestamptz not null,
    published_by uuid references users on delete set null,
    constraint terms_versions_positive check (version > 0),
    constraint terms_versions_summary_length check (char_length(summary) between 1 and 2000),
    constraint terms_versions_text_length check (char_length(text) between 1 and 60000)
);
create index terms_versions_effective on terms_versions (effective_at, version);

-- Who has accepted which version, and when.
create table terms_acceptances (
    user_id uuid not null references users on delete cascade,
    version int not null references terms_versions,
    accepted_at timestamptz not null,
    primary key (user_id, version)
);

-- Acceptances and terms that are in force never change. Acceptances are deleted only with their account.
create function refuse_change()
returns trigger
language plpgsql
as $$
begin
    raise exception '% cannot be changed', tg_table_name using errcode = 'restrict_violation';
end
$$;
revoke all on function refuse_change() from public;
create trigger terms_acceptances_are_final
before update on terms_acceptances
for each row
execute function refuse_change();
create trigger terms_in_force_are_final
before update of version, effective_at, summary, text on terms_versions
for each row
when (old.effective_at <= statement_timestamp())
execute function refuse_change();

grant select (version, effective_at, summary, text, created_at, published_by) on terms_versions to dailies_web;
grant select on terms_versions to dailies_jobs;

insert into terms_versions (version, effective_at, summary, text, created_at)
values (1, now(), 'The first version.', $terms$## Using the site
- Watching and voting are free and need no account. Members are {minimumAge} or older.
- One person, one voter. Votes by programs, with several accounts or against payment do not count and may be taken out. API keys cannot vote.
- An account is yours alone. Keep your links and keys to yourself.
- Do not harass anybody, and do not use the site for spam.
## Your clips
- You keep your rights. By sending a clip in you allow the site to store and convert it, to show it, to put it to the vote and, if it wins, to keep it in the film and to show and share that film with your name. This is not exclusive and costs nothing.
- You confirm that the rights are yours, that everyone in it has agreed, and you say whether it was made with AI. A clip that was made with AI is labelled wherever it is shown.
- A clip must be lawful, must not expose or threaten anybody, and must not show sexual or cruel content. A person looks at each clip before it goes up.
- You can withdraw a clip until it has won or its round is being counted.
- When you delete your account, clips that have won stay in the film as a former member’s; you can ask for a title card in their place when the film is next assembled.
## Reports and decisions
- Anyone can report a clip or a member. An admin looks at each report, and members read what came of theirs.
- Admins may refuse clips, take out votes that break these rules, warn members and ban accounts, always with a reason that the member can read. A person decides, never a program alone. Each decision is written down.
- You can appeal once against each decision. Where there are several admins, another one decides on the appeal.
## What is not promised
The site is offered as it is and may be away at times. For harm done on purpose or by gross negligence, and to life or health, the law applies without limit; mandatory rights of consumers stay untouched.
## Changes
These terms may change for the future. You are asked to accept a new version before you next send in a clip. What you have agreed to about a clip that is in the film already stays as it was.$terms$, now());

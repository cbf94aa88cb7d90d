-- What members keep of the arena and suggest for it.

-- A saved comparison or model of a member.
create table favorites (
    id bigint generated always as identity primary key,
    user_id uuid not null references users on delete cascade,
    comparison_id uuid references comparisons on delete cascade,
    model_id uuid references models on delete cascade,
    created_at timestamptz not null,
    constraint favorites_one_thing check (num_nonnulls(comparison_id, model_id) = 1)
);
create unique index favorites_comparison on favorites (user_id, comparison_id) where comparison_id is not null;
create unique index favorites_model on favorites (user_id, model_id) where model_id is not null;
create index favorites_of_comparison on favorites (comparison_id) where comparison_id is not null;
create index favorites_of_model on favorites (model_id) where model_id is not null;

grant select on favorites to dailies_web;
grant select, insert, update, delete on favorites to dailies_jobs;
alter table favorites enable row level security;
create policy favorites_own on favorites for select to dailies_web
    using (user_id = (select current_member()));
create policy favorites_of_jobs on favorites to dailies_jobs
    using (true)
    with check (true);

-- A prompt, with models if the author names any, that an admin can turn into a comparison.
create table suggestions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    kind text not null,
    prompt text not null,
    note text not null default '',
    status text not null default 'open',
    -- Why it was declined.
    answer text not null default '',
    comparison_id uuid references comparisons on delete set null,
    vote_count int not null default 0,
    created_at timestamptz not null,
    decided_at timestamptz,
    decided_by uuid references users on delete set null,
    -- When the decision was mailed to the author.
    mailed_at timestamptz,
    constraint suggestions_kind_known check (kind in ('text-to-video', 'image-to-video')),
    constraint suggestions_prompt_length check (char_length(prompt) between 1 and 4000),
    constraint suggestions_note_length check (char_length(note) <= 500),
    constraint suggestions_answer_length check (char_length(answer) <= 500),
    constraint suggestions_status_known check (status in ('open', 'accepted', 'declined')),
    constraint suggestions_decision_is_dated check ((status = 'open') = (decided_at is null)),
    constraint suggestions_votes_positive check (vote_count >= 0)
) with (fillfactor = 90);
create index suggestions_open on suggestions (vote_count, created_at, id) where status = 'open';
create index suggestions_accepted on suggestions (decided_at, id) where status = 'accepted';
create index suggestions_to_mail on suggestions (decided_at) where decided_at is not null and mailed_at is null;
create index suggestions_user on suggestions (user_id, created_at);
create index suggestions_prompt on suggestions (md5(lower(prompt))) where status = 'open';
create index suggestions_comparison on suggestions (comparison_id) where comparison_id is not null;
create index suggestions_decider on suggestions (decided_by) where decided_by is not null;

create table suggestion_models (
    suggestion_id uuid not null references suggestions on delete cascade,
    model_id uuid not null references models on delete cascade,
    primary key (suggestion_id, model_id)
);
create index suggestion_models_model on suggestion_models (model_id);

create table suggestion_votes (
    suggestion_id uuid not null references suggestions on delete cascade,
    user_id uuid not null references users on delete cascade,
    created_at timestamptz not null,
    primary key (suggestion_id, user_id)
);
create index suggestion_votes_user on suggestion_votes (user_id);

grant select on suggestions, suggestion_models, suggestion_votes to dailies_web;
grant select, insert, update, delete on suggestions, suggestion_models, suggestion_votes to dailies_jobs;
-- What was declined is for its author and admins. Everyone sees how many voted, only a member how the member did.
alter table suggestions enable row level security;
create policy suggestions_shown on suggestions for select to dailies_web
    using (
        status <> 'declined' or user_id = (select current_member()) or (select current_member_is_admin())
    );
create policy suggestions_of_jobs on suggestions to dailies_jobs
    using (true)
    with check (true);
alter table suggestion_votes enable row level security;
create policy suggestion_votes_own on suggestion_votes for select to dailies_web
    using (user_id = (select current_member()));
create policy suggestion_votes_of_jobs on suggestion_votes to dailies_jobs
    using (true)
    with check (true);

-- Comparisons that are made later, each as a whole: the lines of an imported file. A job makes those that are due.
create table comparison_imports (
    id uuid primary key default gen_random_uuid(),
    -- SHA-256 of what the lines ask for, so that the same is not imported twice.
    content_hash text not null,
    lines int not null,
    created_by uuid references users on delete set null,
    created_at timestamptz not null,
    constraint comparison_imports_content_key unique (content_hash),
    constraint comparison_imports_lines_positive check (lines > 0)
);
create index comparison_imports_maker on comparison_imports (created_by) where created_by is not null;

create table planned_comparisons (
    id uuid primary key default gen_random_uuid(),
    import_id uuid references comparison_imports on delete cascade,
    -- The line of the file, from 1.
    line int,
    title text not null,
    -- What Comparisons.create() is asked for.
    request jsonb not null,
    created_by uuid references users on delete set null,
    due_at timestamptz not null,
    state text not null default 'waiting',
    comparison_id uuid references comparisons on delete set null,
    -- Why it could not be made.
    fault text,
    created_at timestamptz not null,
    done_at timestamptz,
    constraint planned_comparisons_state_known check (state in ('waiting', 'made', 'failed', 'cancelled')),
    constraint planned_comparisons_end_is_dated check ((state = 'waiting') = (done_at is null)),
    constraint planned_comparisons_fault_explained check ((state = 'failed') = (fault is not null)),
    constraint planned_comparisons_import_has_line check ((import_id is null) = (line is null))
);
create index planned_comparisons_due on planned_comparisons (due_at, created_at, line, id) where state = 'waiting';
create index planned_comparisons_created on planned_comparisons (created_at, id);
create index planned_comparisons_import on planned_comparisons (import_id) where import_id is not null;
create index planned_comparisons_comparison on planned_comparisons (comparison_id) where comparison_id is not null;
create index planned_comparisons_maker on planned_comparisons (created_by) where created_by is not null;

grant select on planned_comparisons to dailies_web;
grant select, insert, update, delete on comparison_imports, planned_comparisons to dailies_jobs;
alter table planned_comparisons enable row level security;
create policy planned_comparisons_of_admins on planned_comparisons for select to dailies_web
    using ((select current_member_is_admin()));
create policy planned_comparisons_of_jobs on planned_comparisons to dailies_jobs
    using (true)
    with check (true);

-- Videos that admins bring along: sent like clips are, and shown like those that this site had made.
alter table uploads
    drop constraint uploads_purpose_known,
    drop constraint uploads_size_range,
    drop constraint uploads_type_known,
    add constraint uploads_purpose_known check (purpose in ('clip', 'picture', 'result')),
    add constraint uploads_type_known check (
        case purpose
            when 'picture' then content_type in ('image/jpeg', 'image/png', 'image/webp')
            else content_type in ('video/mp4', 'video/webm', 'video/quicktime')
        end
    ),
    add constraint uploads_size_range check (
        size_bytes between 1 and case purpose when 'clip' then 52428800 when 'picture' then 10485760 else 524288000 end
    );
-- What an admin says of such a video: notes, and the cost. Null for every other one.
alter table generations add column manual jsonb;

-- Comparisons that are made again and again: a template is a prompt with models, a schedule says how often.
create table comparison_templates (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    -- What Comparisons.create() is asked for. {date} and {number} in the title are filled in.
    request jsonb not null,
    created_by uuid references users on delete set null,
    created_at timestamptz not null,
    constraint comparison_templates_name_key unique (name),
    constraint comparison_templates_name_length check (char_length(name) between 1 and 80)
);
create index comparison_templates_maker on comparison_templates (created_by) where created_by is not null;

create table comparison_schedules (
    id uuid primary key default gen_random_uuid(),
    template_id uuid not null references comparison_templates on delete cascade,
    every_hours int not null,
    next_at timestamptz not null,
    is_paused boolean not null default false,
    -- How many comparisons were planned.
    runs int not null default 0,
    created_by uuid references users on delete set null,
    created_at timestamptz not null,
    constraint comparison_schedules_hours_range check (every_hours between 1 and 8760)
);
create index comparison_schedules_template on comparison_schedules (template_id);
create index comparison_schedules_due on comparison_schedules (next_at) where not is_paused;
create index comparison_schedules_maker on comparison_schedules (created_by) where created_by is not null;

grant select on comparison_templates, comparison_schedules to dailies_web;
grant select, insert, update, delete on comparison_templates, comparison_schedules to dailies_jobs;
alter table comparison_templates enable row level security;
create policy comparison_templates_of_admins on comparison_templates for select to dailies_web
    using ((select current_member_is_admin()));
create policy comparison_templates_of_jobs on comparison_templates to dailies_jobs
    using (true)
    with check (true);
alter table comparison_schedules enable row level security;
create policy comparison_schedules_of_admins on comparison_schedules for select to dailies_web
    using ((select current_member_is_admin()));
create policy comparison_schedules_of_jobs on comparison_schedules to dailies_jobs
    using (true)
    with check (true);

-- Comparisons that take turns at being featured, and when the turn of each was last.
alter table comparisons
    add column is_rotating boolean not null default false,
    add column turn_at timestamptz;
create index comparisons_rotating on comparisons (turn_at) where is_rotating;

-- Experiments: variants of a prompt, each run through the same models with the same seed. Each variant is a comparison that a plan
-- makes.
create table experiments (
    id uuid primary key default gen_random_uuid(),
    title text not null,
    note text not null default '',
    models text[] not null,
    created_by uuid references users on delete set null,
    created_at timestamptz not null,
    constraint experiments_title_length check (char_length(title) between 1 and 100),
    constraint experiments_note_length check (char_length(note) <= 1000)
);
create index experiments_created on experiments (created_at, id);
create index experiments_maker on experiments (created_by) where created_by is not null;

create table experiment_variants (
    experiment_id uuid not null references experiments on delete cascade,
    place int not null,
    label text not null,
    prompt text not null,
    plan_id uuid not null references planned_comparisons on delete cascade,
    primary key (experiment_id, place),
    constraint experiment_variants_plan_key unique (plan_id),
    constraint experiment_variants_label_length check (char_length(label) between 1 and 40)
);

grant select on experiments, experiment_variants to dailies_web;
grant select, insert, update, delete on experiments, experiment_variants to dailies_jobs;
alter table experiments enable row level security;
create policy experiments_of_admins on experiments for select to dailies_web
    using ((select current_member_is_admin()));
create policy experiments_of_jobs on experiments to dailies_jobs
    using (true)
    with check (true);

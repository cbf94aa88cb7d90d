-- Row level security for what the web role reads directly and belongs to somebody. It guards against a query that
-- forgets whose rows it may show; what may be changed, functions decide. The owner, whose rights the functions have, is
-- not held by it; background jobs see every row.
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

-- Everybody sees names, pictures and roles; the columns beyond them are granted to nobody who serves.
alter table users enable row level security;
create policy users_shown on users for select to dailies_web
    using (true);
create policy users_of_jobs on users to dailies_jobs
    using (true)
    with check (true);

alter table uploads enable row level security;
create policy uploads_own on uploads for select to dailies_web
    using (user_id = (select current_member()));
create policy uploads_of_jobs on uploads to dailies_jobs
    using (true)
    with check (true);
revoke insert, update on uploads from dailies_web;

-- A clip that competes, has competed or won is everybody's; others are their creator's and the admins'.
alter table tournament_clips enable row level security;
create policy tournament_clips_shown on tournament_clips for select to dailies_web
    using (
        status in ('active', 'locked', 'eliminated')
        or user_id = (select current_member())
        or (select current_member_is_admin())
        or exists (
            select from slot_results
            where slot_results.clip_id = tournament_clips.id
        )
    );
create policy tournament_clips_of_jobs on tournament_clips to dailies_jobs
    using (true)
    with check (true);

alter table audit_log enable row level security;
create policy audit_log_of_admins on audit_log for select to dailies_web
    using ((select current_member_is_admin()));
create policy audit_log_of_jobs on audit_log for select to dailies_jobs
    using (true);

-- What admins and operators did. It contains no names: an actor is an id, which the deletion of an account replaces by
-- a pseudonym, so there is no foreign key.
create table audit_log (
    id bigint generated always as identity primary key,
    happened_at timestamptz not null,
    actor_id uuid,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    reason text,
    before jsonb,
    after jsonb,
    constraint audit_log_action_form check (action ~ '^[a-z_]+\.[a-z_]+$')
);
-- The log is read from the newest, whole or by actor, by action or by subject.
create index audit_log_actor on audit_log (actor_id, id);
create index audit_log_action on audit_log (action, id);
create index audit_log_subject on audit_log (subject_kind, subject_id, id);

-- Append-only for the web and jobs roles: they write only through write_audit().
grant select on audit_log to dailies_web, dailies_jobs;

alter table audit_log enable row level security;
create policy audit_log_of_admins on audit_log for select to dailies_web
    using ((select current_member_is_admin()));
create policy audit_log_of_jobs on audit_log for select to dailies_jobs
    using (true);

-- Writes an entry when plain SQL of the web role changes the state of a row, since that role may not call write_audit().
-- A trigger names the kind of subject, and for each new state the verb of the action:
--     after update of state … execute function audit_state_change('message', '{"archived": "archive", …}')
create function audit_state_change()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform write_audit(
        current_member(), tg_argv[0] || '.' || (tg_argv[1]::jsonb ->> new.state), tg_argv[0], new.id::text,
        before => jsonb_build_object('state', old.state), after => jsonb_build_object('state', new.state)
    );
    return null;
end
$$;

revoke all on function audit_state_change() from public;

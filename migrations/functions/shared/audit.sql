-- Records an action in the audit log, in the transaction that does it: `action` is like clip.approve, `before` and
-- `after` hold what changed. Without an actor it was the operator at the machine or a background job.
create or replace function write_audit(
    actor uuid,
    action text,
    subject_kind text,
    subject_id text,
    reason text default null,
    before jsonb default null,
    after jsonb default null
)
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    insert into audit_log (happened_at, actor_id, action, subject_kind, subject_id, reason, before, after)
    values (dailies_now(), actor, action, subject_kind, subject_id, reason, before, after);
$$;

-- The members in which two descriptions differ: their values before and after.
create or replace function changed_facts(old jsonb, new jsonb, out before jsonb, out after jsonb)
language sql
immutable
as $$
    select coalesce(jsonb_object_agg(key, old -> key) filter (where old ? key), '{}'),
        coalesce(jsonb_object_agg(key, new -> key) filter (where new ? key), '{}')
    from (select jsonb_object_keys(old) union select jsonb_object_keys(new)) keys (key)
    where old -> key is distinct from new -> key;
$$;

revoke all on function changed_facts(jsonb, jsonb) from public;
-- Not the web role: functions that it calls for admins write their own entries, so it cannot invent any.
revoke all on function write_audit(uuid, text, text, text, text, jsonb, jsonb) from public, dailies_web;
grant execute on function write_audit(uuid, text, text, text, text, jsonb, jsonb) to dailies_jobs;

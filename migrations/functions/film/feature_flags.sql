-- Turns a flag on or off, or rolls it out to a share of the members. Null leaves either as it is; 100 % is stored as no
-- roll-out. Outcomes: done, flag_not_found, rollout_not_possible.
create or replace function set_feature_flag(actor uuid, flag text, turned boolean, share int)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    old feature_flags;
    new feature_flags;
begin
    perform require_admin(actor);
    select * into old from feature_flags where key = flag for update;
    if old.key is null then
        return 'flag_not_found';
    end if;
    if share < 100 and not old.has_rollout then
        return 'rollout_not_possible';
    end if;
    update feature_flags
    set enabled = coalesce(turned, enabled),
        rollout_percent = case when share is null then rollout_percent else nullif(share, 100) end,
        updated_at = dailies_now(),
        updated_by = actor
    where key = flag
        and (enabled, rollout_percent) is distinct from (
            coalesce(turned, enabled),
            case when share is null then rollout_percent else nullif(share, 100) end
        )
    returning * into new;
    if new.key is not null then
        perform write_audit(
            actor, 'flag.change', 'flag', flag, null,
            jsonb_build_object('enabled', old.enabled, 'rolloutPercent', coalesce(old.rollout_percent, 100)),
            jsonb_build_object('enabled', new.enabled, 'rolloutPercent', coalesce(new.rollout_percent, 100))
        );
        perform announce_change('flags', flag);
    end if;
    return 'done';
end
$$;

revoke all on function set_feature_flag(uuid, text, boolean, int) from public;
grant execute on function set_feature_flag(uuid, text, boolean, int) to dailies_web, dailies_jobs;

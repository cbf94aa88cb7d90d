-- Functions for admins check the actor here too, so that a forgotten guard in a handler is no hole. Without an actor
-- the caller is the operator at the machine or a background job, never the web role.
create or replace function require_admin(actor uuid)
returns void
language plpgsql
stable
as $$
begin
    if actor is null then
        if session_user = 'dailies_web' then
            raise exception 'an admin must be named' using errcode = 'insufficient_privilege';
        end if;
    elsif not exists (select from users where id = actor and role = 'admin' and banned_at is null) then
        raise exception 'only an admin may do this' using errcode = 'insufficient_privilege';
    end if;
end
$$;

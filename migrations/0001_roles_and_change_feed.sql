-- Three roles: the owner of this database migrates, dailies_web serves requests, dailies_jobs works in the background.
-- Roles belong to the cluster, so they may exist already. The operator decides whether they log in by peer or password.
do $$
begin
    if not exists (select from pg_roles where rolname = 'dailies_web') then
        create role dailies_web login;
    end if;
    if not exists (select from pg_roles where rolname = 'dailies_jobs') then
        create role dailies_jobs login;
    end if;
end
$$;

revoke create on schema public from public;
grant usage on schema public to dailies_web, dailies_jobs;

-- Each change that caches must learn of takes the next number, so that a listener can tell old notifications from new.
create sequence change_numbers;
grant usage, select on sequence change_numbers to dailies_web, dailies_jobs;

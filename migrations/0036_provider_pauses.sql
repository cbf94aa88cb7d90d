-- Admins pause single providers, as they pause queues and kinds of jobs. Packs of models say who has signed them.

alter table job_pauses drop constraint job_pauses_scope_known;
alter table job_pauses add constraint job_pauses_scope_known check (scope in ('queue', 'kind', 'provider'));
alter table job_pauses drop constraint job_pauses_name_form;
alter table job_pauses add constraint job_pauses_name_form check (
    name ~ case scope when 'provider' then '^[a-z0-9][a-z0-9.-]{0,39}$' else '^[a-z][a-z_]{0,62}$' end
);

-- These functions have other parameters or columns now.
drop function if exists provider_health();
drop function if exists settle_generation(uuid, uuid, boolean, text, int);
drop function if exists import_catalog(uuid, jsonb);

-- The requests of admins to grant credits that named a key, for a day: a request that is sent again changes nothing.
create table credit_grant_keys (
    actor_id uuid not null references users on delete cascade,
    request_key text not null,
    user_id uuid not null references users on delete cascade,
    amount int not null,
    -- The balance after it.
    balance int not null,
    created_at timestamptz not null,
    constraint credit_grant_keys_pkey primary key (actor_id, request_key),
    constraint credit_grant_keys_key_length check (char_length(request_key) between 1 and 200)
);
create index credit_grant_keys_user on credit_grant_keys (user_id);

drop function if exists grant_credits(uuid, uuid, int, text);

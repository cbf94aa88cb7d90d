-- Credits: what a member may spend on generation. The ledger is the truth; a balance is its sum, kept beside it so that
-- a reservation locks one row.

-- `allotment` is what is left of the month's allotment, and is lost when the month ends; `granted` is what is left of
-- grants. Reservations take from the allotment first. month is the first day of the month of the allotment.
create table credit_balances (
    user_id uuid primary key references users on delete cascade,
    allotment int not null default 0,
    granted int not null default 0,
    balance int generated always as (allotment + granted) stored,
    month date not null,
    -- Whether the allotment of the month has been given.
    is_allotted boolean not null default false,
    constraint credit_balances_not_negative check (allotment >= 0 and granted >= 0)
);

-- What is set aside for one run. `reference` is chosen by the caller, such as a job with its attempt.
create table credit_reservations (
    reference text primary key,
    user_id uuid not null references users on delete cascade,
    amount int not null,
    -- How much of it came from the allotment of which month.
    from_allotment int not null,
    month date not null,
    state text not null default 'reserved',
    -- What was spent in the end.
    settled_amount int,
    created_at timestamptz not null,
    ended_at timestamptz,
    constraint credit_reservations_reference_length check (char_length(reference) between 1 and 200),
    constraint credit_reservations_amount_range check (amount >= 0 and from_allotment between 0 and amount),
    constraint credit_reservations_state_known check (state in ('reserved', 'settled', 'released')),
    constraint credit_reservations_ended check ((state = 'reserved') = (ended_at is null)),
    constraint credit_reservations_settled check (
        (state = 'settled') = (settled_amount is not null) and settled_amount between 0 and amount
    )
);
create index credit_reservations_user on credit_reservations (user_id, created_at);

-- allotment: given for a month; lapse: what a month left over; grant: by an admin, or taken back by one; reserve, settle,
-- release: the course of a reservation.
create table credit_entries (
    id bigint generated always as identity primary key,
    user_id uuid not null references users on delete cascade,
    happened_at timestamptz not null,
    kind text not null,
    amount int not null,
    -- The balance after it.
    balance int not null,
    reference text,
    reason text,
    actor_id uuid references users on delete set null,
    constraint credit_entries_kind_known check (
        kind in ('allotment', 'lapse', 'grant', 'reserve', 'settle', 'release')
    ),
    constraint credit_entries_sign check (
        case kind
            when 'lapse' then amount < 0
            when 'reserve' then amount <= 0
            when 'grant' then amount <> 0
            else amount >= 0
        end
    ),
    constraint credit_entries_balance_not_negative check (balance >= 0),
    constraint credit_entries_reference_of_reservation check (
        (kind in ('reserve', 'settle', 'release')) = (reference is not null)
    ),
    constraint credit_entries_grant_has_reason check (kind <> 'grant' or char_length(reason) between 1 and 500)
);
create index credit_entries_user on credit_entries (user_id, id);
create index credit_entries_actor on credit_entries (actor_id) where actor_id is not null;
create unique index credit_entries_reservation on credit_entries (reference, kind) where reference is not null;

-- Entries are deleted only with their account.
create trigger credit_entries_are_final
before update of user_id, happened_at, kind, amount, balance, reference, reason on credit_entries
for each row
execute function refuse_change();

grant select on credit_balances, credit_reservations, credit_entries to dailies_web, dailies_jobs;
alter table credit_balances enable row level security;
create policy credit_balances_shown on credit_balances for select to dailies_web
    using (user_id = (select current_member()) or (select current_member_is_admin()));
create policy credit_balances_of_jobs on credit_balances to dailies_jobs
    using (true);
alter table credit_reservations enable row level security;
create policy credit_reservations_shown on credit_reservations for select to dailies_web
    using (user_id = (select current_member()) or (select current_member_is_admin()));
create policy credit_reservations_of_jobs on credit_reservations to dailies_jobs
    using (true);
alter table credit_entries enable row level security;
create policy credit_entries_shown on credit_entries for select to dailies_web
    using (user_id = (select current_member()) or (select current_member_is_admin()));
create policy credit_entries_of_jobs on credit_entries to dailies_jobs
    using (true);

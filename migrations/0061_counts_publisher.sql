-- Which process publishes the counts of clips: one of all hosts, while its lease holds.
create table counts_publisher (
    is_only boolean primary key default true,
    holder uuid not null,
    held_until timestamptz not null,
    constraint counts_publisher_only check (is_only)
);
grant select, insert, update, delete on counts_publisher to dailies_jobs;

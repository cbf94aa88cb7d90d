-- How long a request to the model may take at its provider, in seconds; null for the site's GENERATION_TIMEOUT_SECONDS.
alter table models
add column timeout_seconds int,
add constraint models_timeout_range check (timeout_seconds between 10 and 86400);

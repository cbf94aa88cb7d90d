-- Captions of a clip, WebVTT, in the form that Captions.swift writes. The film's captions are made of those of its clips.
alter table tournament_clips
    add column captions text,
    add constraint tournament_clips_captions_length check (octet_length(captions) between 1 and 32768);

-- Null when no clip of the film has captions.
alter table films
    add column captions_key text;

-- cancelled: an admin has ended the work. What was the film before stays.
alter table film_builds
    drop constraint film_builds_state_known,
    add constraint film_builds_state_known check (state in ('waiting', 'running', 'failed', 'cancelled', 'done'));

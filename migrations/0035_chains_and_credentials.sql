-- One way to send a file, for each purpose: a clip, or a picture that videos start from.
alter table uploads
    add column purpose text not null default 'clip',
    -- The model that made a clip, and when, where this site knows it. It stays when the member deletes the video.
    add column origin_model text,
    add column origin_at timestamptz,
    drop constraint uploads_type_known,
    drop constraint uploads_size_range,
    add constraint uploads_purpose_known check (purpose in ('clip', 'picture')),
    add constraint uploads_type_known check (
        case purpose
            when 'clip' then content_type in ('video/mp4', 'video/webm', 'video/quicktime')
            else content_type in ('image/jpeg', 'image/png', 'image/webp')
        end
    ),
    add constraint uploads_size_range check (size_bytes between 1 and case purpose when 'clip' then 52428800 else 10485760 end);

-- Pictures that are being sent or re-encoded now: their parts are staged under the same id.
insert into uploads (
    id, user_id, file_name, content_type, size_bytes, part_bytes, part_count, created_at, expires_at, registered_at, purpose
)
select id, user_id, file_name, content_type, size_bytes, part_bytes, part_count, created_at, expires_at,
    case state when 'processing' then created_at end, 'picture'
from source_images
where state in ('sending', 'processing');
delete from source_images where state = 'sending';

-- A row is a picture whose file has arrived, or the last frame of a step of a chain that is still being made (without size).
drop index source_images_unsent;
alter table source_images
    drop constraint source_images_state_known,
    drop column part_bytes,
    drop column part_count,
    drop column expires_at,
    alter column state set default 'processing',
    alter column size_bytes drop not null,
    add constraint source_images_state_known check (state in ('processing', 'ready', 'refused'));

-- Generations that were requested as one: the same request to several models, or a chain in which a step's last frame is the
-- picture of the next step.
alter table generations
    add column group_id uuid,
    add column group_kind text,
    add column group_step int,
    -- What the C2PA manifest in the provider's file says of itself; null when there is none. It is not verified.
    add column credentials jsonb,
    add constraint generations_group_whole check (
        (group_id is null) = (group_kind is null) and (group_id is null) = (group_step is null)
    ),
    add constraint generations_group_known check (group_kind in ('models', 'chain') and group_step > 0);
create unique index generations_group on generations (group_id, group_step) where group_id is not null;

update uploads
set origin_model = generations.model_name,
    origin_at = generations.created_at
from generations
join tournament_clips clips on clips.id = generations.clip_id
where uploads.id = clips.upload_id;

-- Members keep the whole form in a preset.
alter table presets
    add column duration_ms int,
    add column quality text,
    add column aspect_ratio text,
    add column seed bigint,
    add constraint presets_duration_range check (duration_ms between 1 and 600000);

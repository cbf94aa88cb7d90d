-- Every member of the fill wants rounds pushed to a browser at :origin; run again it removes that. The point is one of the
-- curve, so that a shared secret can be found with it.
delete from notifications;
delete from push_subscriptions;
delete from notification_choices;
delete from sessions where user_agent = 'bench push';
insert into sessions (token_hash, user_id, expires_at, user_agent)
select sha256(('push ' || id)::bytea), id, now() + interval '1 day', 'bench push'
from users
where left_at is null and :'origin' <> '';
insert into notification_choices (user_id, kind, push)
select user_id, 'system', true from sessions where user_agent = 'bench push';
insert into push_subscriptions (user_id, session_hash, endpoint, p256dh, auth_secret, created_at)
select user_id, token_hash, :'origin' || '/' || user_id,
    decode(
        '042571b2becdfde360551aaf1ed0f4cd366c11cebe555f89bcb7b186a53339173168ece2ebe018597bd30479b86e3c8f8eced577ca59187e924699'
        || '0db682008b0e', 'hex'
    ),
    decode('05305932a1c7eabe13b6cec9fda48882', 'hex'), now()
from sessions
where user_agent = 'bench push';
delete from jobs where kind = 'push_notification';
analyze push_subscriptions, notification_choices, sessions;

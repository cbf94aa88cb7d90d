extension Settings {
    /// Every setting there is, in the order in which the documentation lists them.
    public static let all: [SettingDescription] = [
        SettingDescription(
            "DATABASE_URL", nil, unit: "libpq URI or conninfo", isSecret: true,
            "The database, as the role of this process: dailies_web for hosts, dailies_jobs for jobs."),
        SettingDescription(
            "MIGRATION_DATABASE_URL", "", unit: "libpq URI or conninfo", isSecret: true, aliases: ["DIRECT_URL"],
            "The database as its owner, for `dailies migrate` and other work of the operator; DATABASE_URL when empty."),
        SettingDescription(
            "DATABASE_CONNECTIONS", "16", unit: "connections", "The most connections that one process opens."),
        SettingDescription(
            "PREPARED_STATEMENTS", "true", unit: "true or false",
            "Whether statements are prepared once per connection; false behind a transaction-pooling PgBouncer."),
        SettingDescription(
            "STATEMENT_TIMEOUT_MS", "5000", unit: "milliseconds", "How long one statement of a request may run."),
        SettingDescription(
            "SITE_URL", nil, unit: "URL without path", aliases: ["PUBLIC_URL", "NEXT_PUBLIC_APP_URL", "NEXTAUTH_URL"],
            "Where visitors find the site. It must be https unless it is a loopback address."),
        SettingDescription("SITE_NAME", "Dailies", unit: "text", "What the site calls itself."),
        SettingDescription(
            "SECRET_KEY", nil, unit: "at least 32 bytes", isSecret: true, aliases: ["NEXTAUTH_SECRET"],
            "The key of all other keys. With a new one form tokens and upload signatures end and devices are new voters."
        ),
        SettingDescription(
            "CRON_SECRET", "", unit: "at least 16 bytes", isSecret: true,
            "The bearer token of `GET /api/cron/auto-advance`; without it the route refuses everyone."),
        SettingDescription(
            "ADMIN_EMAILS", "", unit: "addresses, comma-separated",
            "Who becomes an admin once a sign-in provider vouches for the address; links never do."),
        SettingDescription(
            "GOOGLE_CLIENT_ID", "", unit: "text", aliases: ["GOOGLE_ID"],
            "The OAuth client of sign-in with Google; with it goes GOOGLE_CLIENT_SECRET."),
        SettingDescription(
            "GOOGLE_CLIENT_SECRET", "", unit: "text", isSecret: true, aliases: ["GOOGLE_SECRET"],
            "The secret of that client."),
        SettingDescription(
            "GOOGLE_ISSUER", "https://accounts.google.com", unit: "URL",
            "Where Google's OpenID configuration is looked up."),
        SettingDescription(
            "GITHUB_CLIENT_ID", "", unit: "text", aliases: ["GITHUB_ID"],
            "The OAuth app of sign-in with GitHub; with it goes GITHUB_CLIENT_SECRET."),
        SettingDescription(
            "GITHUB_CLIENT_SECRET", "", unit: "text", isSecret: true, aliases: ["GITHUB_SECRET"],
            "The secret of that app."),
        SettingDescription(
            "GITHUB_BASE_URL", "https://github.com", unit: "URL",
            "Where people sign in with GitHub; another address for GitHub Enterprise."),
        SettingDescription("GITHUB_API_URL", "https://api.github.com", unit: "URL", "Where GitHub's API is."),
        SettingDescription(
            "OIDC_ISSUER", "", unit: "URL",
            "The issuer of any other OpenID Connect provider, exactly as the provider writes it."),
        SettingDescription("OIDC_CLIENT_ID", "", unit: "text", "The client at that provider."),
        SettingDescription(
            "OIDC_CLIENT_SECRET", "", unit: "text", isSecret: true, "The secret of that client."),
        SettingDescription("OIDC_NAME", "single sign-on", unit: "text", "What the button calls that provider."),
        SettingDescription(
            "OIDC_SCOPES", "openid email profile", unit: "scopes, separated by blanks",
            "What that provider is asked for; `openid` must be among it."),
        SettingDescription(
            "IDENTITY_WEBHOOK_SECRET", "", unit: "whsec_ and base64", isSecret: true,
            "The key of `POST /api/identity/webhook`; without it the route refuses everyone."),
        SettingDescription("WEB_DIR", "/usr/share/dailies/web", unit: "directory", "The static files of the pages."),
        SettingDescription(
            "MIGRATIONS_DIR", "/usr/share/dailies/migrations", unit: "directory", "The numbered SQL files."),
        SettingDescription(
            "MEDIA_DIR", "/var/lib/dailies/media", unit: "directory",
            "Where uploads arrive and published media lie; nginx writes and serves it."),
        SettingDescription(
            "MEDIA_BASE_URL", "", unit: "URL", "What stands before the paths of media, a CDN's address for example."),
        SettingDescription(
            "VERSION_DIR", "/run/dailies/version", unit: "directory",
            "Where the symbolic link lies whose target is part of nginx's cache key."),
        SettingDescription(
            "PUBLISH_SOCKET", "/run/dailies/publish.sock", unit: "path", "Where nchan takes the events to publish."),
        SettingDescription(
            "HOST_SOCKET", "", unit: "path",
            "Where a host listens when it does not inherit a socket as standard input."),
        SettingDescription(
            "HOST_THREADS", "96", unit: "threads",
            "How many requests that wait for the database or a file a host answers at once."),
        SettingDescription(
            "HOST_STOP_SECONDS", "10", unit: "seconds",
            "How long a host that is told to end waits for the requests it has read; below the unit's TimeoutStopSec."),
        SettingDescription(
            "LOG_LEVEL", "info", unit: "debug to error",
            "The least that is logged: debug, info, notice, warning or error."),
        SettingDescription("FFMPEG", "/usr/bin/ffmpeg", unit: "path", "The program that makes renditions and posters."),
        SettingDescription("FFPROBE", "/usr/bin/ffprobe", unit: "path", "The program that looks into uploads."),
        SettingDescription("DAILY_VOTES", "200", unit: "votes", "How many votes a voter has on one UTC day."),
        SettingDescription(
            "LEGAL_NAME", "", unit: "text",
            "Who runs the site, as /privacy and /terms name them; needed in most countries."),
        SettingDescription(
            "LEGAL_ADDRESS", "", unit: "text, a vertical bar between lines",
            "Where who runs the site is reached by post."),
        SettingDescription("LEGAL_EMAIL", "", unit: "address", "Where who runs the site is reached by e-mail."),
        SettingDescription("MINIMUM_AGE", "16", unit: "years", "How old members say that they are when they join."),
        SettingDescription(
            "NETWORK_VOTE_WEIGHT", "100", unit: "weight",
            "What the visitors of one network can bring to one clip in a round. Votes beyond it count and weigh nothing."
        ),
        SettingDescription("SESSION_DAYS", "30", unit: "days", "How long a session lasts after its last use."),
        SettingDescription(
            "RECENT_SIGN_IN_MINUTES", "60", unit: "minutes",
            "How long after a sign-in an account can be deleted, a key made and an admin's gravest actions done."),
        SettingDescription(
            "RATE_LIMITS", "", unit: "class=number, comma-separated",
            "How often a minute, where it differs from: \(RateLimits.explained). `auth`, `contact`, `read` and "
                + "`arena_vote` count by network, the others by member or device. Votes have limits of their own."),
        SettingDescription(
            "CORS_ORIGINS", "", unit: "origins, comma-separated",
            "Other sites whose pages may read the API from a browser, with an API key and never with cookies."),
        SettingDescription(
            "MAIL_URL", "", unit: "URL", isSecret: true,
            "Who takes mail: `smtp://user:password@host:port` (STARTTLS unless the host is this machine; "
                + "`?starttls=yes` or `no` decides), `smtps://…`, or `sendmail:///usr/sbin/sendmail`. No mail when empty."
        ),
        SettingDescription(
            "MAIL_FROM", "", unit: "address",
            "The sender of the site's mail; required with MAIL_URL."),
        SettingDescription(
            "MAIL_REPLY_TO", "", unit: "address", "Where answers to the site's mail go; MAIL_FROM when empty."),
        SettingDescription(
            "MAIL_CA_FILE", "", unit: "path",
            "The certificates that vouch for the mail server, in PEM; the system's when empty."),
        SettingDescription("CONTACT_EMAIL", "", unit: "address", "Who gets what visitors write on the contact page."),
        SettingDescription("SIGN_IN_LINK_MINUTES", "15", unit: "minutes", "How long a link sent by mail signs in."),
        SettingDescription(
            "HCAPTCHA_SITE_KEY", "", unit: "text", aliases: ["NEXT_PUBLIC_HCAPTCHA_SITE_KEY"],
            "The site's public key at hCaptcha; nginx/captcha.conf must name its servers too."),
        SettingDescription(
            "HCAPTCHA_SECRET", "", unit: "text", isSecret: true,
            "The account's secret at hCaptcha; required with HCAPTCHA_SITE_KEY."),
        SettingDescription(
            "HCAPTCHA_VERIFY_URL", "https://api.hcaptcha.com/siteverify", unit: "URL",
            "Where the answers of the captcha are verified."),
        SettingDescription(
            "HCAPTCHA_SCRIPT_URL", "https://js.hcaptcha.com/1/api.js", unit: "URL", "Where the captcha's script is."),
    ]

    /// Settings of services that this version does not use. A file shared with an older system may hold them.
    static let foreignPrefixes = [
        "AWS_", "CURRENT_TOS_", "FAL_", "LIMIT_", "MONTHLY_LIMIT_", "NEXTAUTH_",
        "NEXT_PUBLIC_", "R2_", "REDIS_", "REPLICATE_", "RUNPOD_", "RUNWAY_", "SENTRY_", "STORAGE_", "SUPABASE_",
        "UPSTASH_",
    ]
}

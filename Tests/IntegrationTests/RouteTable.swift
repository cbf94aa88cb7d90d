internal import HTTP
internal import PagesHandlers

/// Who may call what, written down a second time: a route that is not here, or that says something else, fails.
///
/// Each line: method and path; who may call; what an API key needs (`-`: no key may); whether a form token is needed;
/// whether the banned are refused; whether only a recent sign-in will do; which limit counts, `own` when the route
/// counts itself. Every page can be asked for by everybody: a page itself sends visitors to the sign-in page, which
/// `PagesTests` shows for each of them.
enum RouteTable {
    struct Line: Equatable, CustomStringConvertible {
        let name, access, key, form, banned, recent, limit: String

        init(_ route: Route) {
            name = "\(route.method) \(route.pattern)"
            access = route.access.rawValue
            key = route.keyScope?.rawValue ?? "-"
            form = route.needsCSRF ? "form" : "-"
            banned = route.refusesBanned ? "refused" : "-"
            recent = route.needsRecentSignIn ? "recent" : "-"
            limit = (route.limit?.rawValue ?? "-") + (route.countsItself ? ",own" : "")
        }

        init?(_ text: Substring) {
            let words = text.split(separator: " ").map(String.init)
            guard words.count == 8 else { return nil }
            name = words[0] + " " + words[1]
            (access, key, form, banned, recent, limit) = (words[2], words[3], words[4], words[5], words[6], words[7])
        }

        var description: String {
            [name, access, key, form, banned, recent, limit].joined(separator: " ")
        }
    }

    static let lines =
        text.split(separator: "\n").compactMap(Line.init)
        + Pages.declarations.compactMap { Line("GET \($0.path) any read - - - read") }

    private static let text = """
        DELETE /api/account/delete                 member   -     form -       recent api
        GET    /api/account/export                 member   -     -    -       -      api
        POST   /api/admin/advance-slot             admin    admin form refused recent admin_sensitive
        POST   /api/admin/appeals                  admin    admin form refused -      api
        POST   /api/admin/approve                  admin    admin form refused -      api
        POST   /api/admin/arena/unvoid             admin    admin form refused recent admin_sensitive
        POST   /api/admin/assign-winner            admin    admin form refused recent admin_sensitive
        GET    /api/admin/audit-logs               admin    admin -    refused -      api
        GET    /api/admin/battles                  admin    admin -    refused -      api
        POST   /api/admin/battles/void             admin    admin form refused recent admin_sensitive
        POST   /api/admin/bulk                     admin    admin form refused -      api
        GET    /api/admin/capabilities             admin    admin -    refused -      api
        GET    /api/admin/caps                     admin    admin -    refused -      api
        PATCH  /api/admin/caps                     admin    admin form refused -      api
        GET    /api/admin/catalog/export           admin    admin -    refused -      api
        POST   /api/admin/catalog/import           admin    admin form refused -      api
        GET    /api/admin/clips                    admin    admin -    refused -      api
        POST   /api/admin/clips                    admin    admin form refused -      api
        PUT    /api/admin/clips                    admin    admin form refused -      api
        POST   /api/admin/clips/undo               admin    admin form refused -      api
        GET    /api/admin/comments                admin    admin -    refused -      api
        POST   /api/admin/comments                admin    admin form refused -      api
        POST   /api/admin/comments/undo           admin    admin form refused -      api
        GET    /api/admin/comparisons              admin    admin -    refused -      api
        GET    /api/admin/comparisons/[id]         admin    admin -    refused -      read
        POST   /api/admin/comparisons/bulk         admin    admin form refused -      api
        POST   /api/admin/comparisons/import       admin    admin form refused -      api
        POST   /api/admin/comparisons/quote        admin    admin form refused -      read
        GET    /api/admin/costs                    admin    admin -    refused -      api
        GET    /api/admin/costs/export             admin    admin -    refused -      api
        GET    /api/admin/costs/runs               admin    admin -    refused -      api
        GET    /api/admin/dashboard                admin    admin -    refused -      api
        GET    /api/admin/feature-flags            admin    admin -    refused -      api
        POST   /api/admin/feature-flags            admin    admin form refused -      api
        GET    /api/admin/films/[season]           admin    admin -    refused -      api
        POST   /api/admin/films/build              admin    admin form refused -      api
        POST   /api/admin/films/cancel             admin    admin form refused -      api
        GET    /api/admin/jobs/[id]                admin    admin -    refused -      api
        PATCH  /api/admin/keys/[id]                admin    -     form refused recent api
        POST   /api/admin/jobs/cancel              admin    admin form refused -      api
        POST   /api/admin/jobs/pause               admin    admin form refused -      api
        POST   /api/admin/jobs/redrive             admin    admin form refused -      api
        POST   /api/admin/jobs/reorder             admin    admin form refused -      api
        POST   /api/admin/jobs/resume              admin    admin form refused -      api
        POST   /api/admin/jobs/settle              admin    admin form refused -      api
        GET    /api/admin/messages                 admin    admin -    refused -      api
        PATCH  /api/admin/messages                 admin    admin form refused -      api
        GET    /api/admin/models                   admin    admin -    refused -      api
        POST   /api/admin/models                   admin    admin form refused -      api
        DELETE /api/admin/models/[id]              admin    admin form refused -      api
        PATCH  /api/admin/models/[id]              admin    admin form refused -      api
        GET    /api/admin/moderation               admin    admin -    refused -      api
        POST   /api/admin/moderation               admin    admin form refused -      api
        GET    /api/admin/plans                    admin    admin -    refused -      api
        POST   /api/admin/plans                    admin    admin form refused -      api
        PATCH  /api/admin/plans                    admin    admin form refused -      api
        GET    /api/admin/providers                admin    admin -    refused -      api
        POST   /api/admin/providers/[name]/resume  admin    admin form refused -      api
        POST   /api/admin/reject                   admin    admin form refused -      api
        POST   /api/admin/reset-votes              admin    admin form refused recent admin_sensitive
        POST   /api/admin/rounds/review            admin    admin form refused recent admin_sensitive
        DELETE /api/admin/seasons                  admin    admin form refused recent admin_sensitive
        GET    /api/admin/seasons                  admin    admin -    refused -      api
        PATCH  /api/admin/seasons                  admin    admin form refused recent admin_sensitive
        POST   /api/admin/seasons                  admin    admin form refused recent admin_sensitive
        PUT    /api/admin/seasons/cover            admin    admin form refused -      api
        GET    /api/admin/seasons/preview          admin    admin -    refused -      api
        POST   /api/admin/seasons/reset            admin    admin form refused recent admin_sensitive
        GET    /api/admin/slots                    admin    admin -    refused -      api
        PATCH  /api/admin/slots                    admin    admin form refused recent admin_sensitive
        GET    /api/admin/slots/candidates         admin    admin -    refused -      api
        DELETE /api/admin/schedules                admin    admin form refused -      api
        GET    /api/admin/schedules                admin    admin -    refused -      api
        PATCH  /api/admin/schedules                admin    admin form refused -      api
        POST   /api/admin/schedules                admin    admin form refused -      api
        PATCH  /api/admin/suggestions/[id]         admin    admin form refused -      api
        DELETE /api/admin/tags                     admin    admin form refused -      api
        GET    /api/admin/tags                     admin    admin -    refused -      api
        PATCH  /api/admin/tags                     admin    admin form refused -      api
        POST   /api/admin/tags                     admin    admin form refused -      api
        DELETE /api/admin/templates                admin    admin form refused -      api
        GET    /api/admin/templates                admin    admin -    refused -      api
        POST   /api/admin/templates                admin    admin form refused -      api
        POST   /api/admin/takedown                 admin    admin form refused recent admin_sensitive
        DELETE /api/admin/terms                    admin    admin form refused -      api
        GET    /api/admin/terms                    admin    admin -    refused -      api
        PATCH  /api/admin/terms                    admin    admin form refused -      api
        POST   /api/admin/terms                    admin    admin form refused -      api
        POST   /api/admin/unlock-slot              admin    admin form refused recent admin_sensitive
        GET    /api/admin/users                    admin    admin -    refused -      api
        GET    /api/admin/users/[id]               admin    admin -    refused -      api
        PUT    /api/admin/users/[id]               admin    -     form refused recent api
        POST   /api/admin/users/[id]/credits       admin    admin form refused recent admin_sensitive
        POST   /api/admin/users/[id]/premium       admin    admin form refused -      api
        GET    /api/admin/video-votes              admin    admin -    refused -      api
        POST   /api/admin/video-votes/void         admin    admin form refused recent admin_sensitive
        GET    /api/admin/votes                    admin    admin -    refused -      api
        POST   /api/admin/votes/unvoid             admin    admin form refused recent admin_sensitive
        POST   /api/admin/votes/void               admin    admin form refused recent admin_sensitive
        GET    /api/admin/webhooks                 admin    admin -    refused -      api
        POST   /api/admin/webhooks                 admin    admin form refused recent api
        PATCH  /api/admin/webhooks                 admin    admin form refused recent api
        DELETE /api/admin/webhooks                 admin    admin form refused -      api
        GET    /api/admin/webhooks/deliveries      admin    admin -    refused -      api
        POST   /api/admin/webhooks/redeliver       admin    admin form refused -      api
        POST   /api/admin/webhooks/secret          admin    admin form refused recent api
        POST   /api/admin/webhooks/test            admin    admin form refused -      api
        GET    /api/admin/workers                  admin    admin -    refused -      api
        POST   /api/admin/workers                  admin    -     form refused recent api
        DELETE /api/admin/workers/[id]             admin    -     form refused -      api
        GET    /api/analytics                      any      read  -    -       -      read
        GET    /api/analytics/export               any      read  -    -       -      read
        GET    /api/auth/[provider]/callback       any      -     -    -       -      auth
        GET    /api/auth/[provider]/start          any      -     -    -       -      auth
        POST   /api/auth/[provider]/start          member   -     form refused recent auth
        POST   /api/auth/email                     any      -     form refused -      auth
        POST   /api/auth/email/confirm             member   -     form refused -      auth
        POST   /api/auth/email/link                member   -     form refused recent auth
        DELETE /api/auth/identities                member   -     form refused recent api
        GET    /api/auth/identities                member   -     -    -       -      api
        GET    /api/auth/link                      any      -     -    -       -      api
        POST   /api/auth/link                      any      -     form -       -      auth
        GET    /api/auth/providers                 any      read  -    -       -      api
        GET    /api/auth/session                   any      -     -    -       -      read
        DELETE /api/auth/sessions                  member   -     form -       -      api
        GET    /api/auth/sessions                  member   -     -    -       -      api
        POST   /api/auth/signout                   any      -     form -       -      api
        GET    /api/avatar/[seed]                  any      read  -    -       -      read
        GET    /api/battles                        any      read  -    -       -      read
        POST   /api/battles                        any      -     form refused -      vote
        GET    /api/battles/export                 any      read  -    -       -      read
        GET    /api/battles/next                   any      read  -    -       -      read
        POST   /api/captcha/status                 any      -     form refused -      api
        DELETE /api/clip/[id]                      member   write form refused -      api
        GET    /api/clip/[id]                      any      read  -    -       -      read
        DELETE /api/clip/[id]/captions             member   write form refused -      api
        GET    /api/clip/[id]/captions             any      read  -    -       -      read
        PUT    /api/clip/[id]/captions             member   write form refused -      api
        GET    /api/comments                      any      read  -    -       -      read
        POST   /api/comments                      member   write form refused -      comment
        PATCH  /api/comments                      member   write form refused -      comment
        DELETE /api/comments                      member   write form refused -      comment
        GET    /api/comparisons                    any      read  -    -       -      read
        POST   /api/comparisons                    admin    admin form refused -      api
        DELETE /api/comparisons/[id]               admin    admin form refused -      api
        GET    /api/comparisons/[id]               any      read  -    -       -      read
        PATCH  /api/comparisons/[id]               admin    admin form refused -      api
        POST   /api/comparisons/[id]/models        admin    admin form refused -      api
        POST   /api/comparisons/[id]/reruns        admin    admin form refused -      api
        GET    /api/comparisons/[id]/picture       any      read  -    -       -      read
        GET    /api/comparisons/[id]/votes         any      read  -    -       -      read
        GET    /api/comparisons/slug/[slug]        any      read  -    -       -      read
        POST   /api/contact                        any      -     form refused -      contact
        GET    /api/credits                        member   read  -    -       -      read
        GET    /api/cron/auto-advance              cron     -     -    -       -      -
        GET    /api/csrf                           any      read  -    -       -      read
        POST   /api/csrf                           any      -     -    -       -      read
        GET    /api/discover                       any      read  -    -       -      read
        GET    /api/experiments                    admin    admin -    refused -      api
        POST   /api/experiments                    admin    admin form refused -      api
        GET    /api/experiments/[id]               admin    admin -    refused -      read
        DELETE /api/favorites                      member   write form refused -      api
        GET    /api/favorites                      member   read  -    -       -      read
        POST   /api/favorites                      member   write form refused -      api
        GET    /api/favorites/battles              member   read  -    -       -      read
        GET    /api/favorites/ids                  member   read  -    -       -      read
        GET    /api/favorites/votes                member   read  -    -       -      read
        GET    /api/features                       any      read  -    -       -      read
        GET    /api/films                          any      read  -    -       -      read
        GET    /api/films/[season]                 any      read  -    -       -      read
        DELETE /api/genre-vote                     member   write form refused -      vote
        GET    /api/genre-vote                     any      read  -    -       -      read
        POST   /api/genre-vote                     member   write form refused -      vote
        GET    /api/genres                         any      read  -    -       -      read
        GET    /api/health                         any      read  -    -       -      -
        POST   /api/identity/webhook               provider -     -    refused -      -
        GET    /api/jobs                           admin    admin -    refused -      api
        POST   /api/jobs                           member   write form refused -      api
        DELETE /api/jobs/[id]                      member   write form refused -      api
        GET    /api/jobs/[id]                      member   read  -    -       -      read
        DELETE /api/keys                           member   -     form refused -      api
        GET    /api/keys                           member   -     -    -       -      api
        POST   /api/keys                           member   -     form refused recent api
        GET    /api/leaderboard/clips              any      read  -    -       -      read
        GET    /api/leaderboard/creators           any      read  -    -       -      read
        GET    /api/leaderboard/live               any      read  -    -       -      read
        GET    /api/leaderboard/own                member   read  -    -       -      read
        GET    /api/leaderboard/voters             any      read  -    -       -      read
        GET    /api/models                         any      read  -    -       -      read
        GET    /api/models/[slug]                  any      read  -    -       -      read
        GET    /api/models/[slug]/validate         any      read  -    -       -      read
        GET    /api/models/by-provider/[name]      any      read  -    -       -      read
        GET    /api/models/default                 any      read  -    -       -      read
        GET    /api/models/premium                 any      read  -    -       -      read
        GET    /api/models/stats                   any      read  -    -       -      read
        GET    /api/notifications                  member   read  -    -       -      api
        POST   /api/notifications                  member   -     form -       -      api
        GET    /api/notifications/key              member   read  -    -       -      api
        GET    /api/notifications/preferences      member   read  -    -       -      api
        PATCH  /api/notifications/preferences      member   -     form -       -      api
        POST   /api/notifications/subscribe        member   -     form refused -      api
        POST   /api/notifications/unsubscribe      member   -     form -       -      api
        GET    /api/openapi.json                   any      read  -    -       -      -
        GET    /api/pictures/[name]                any      read  -    -       -      read
        DELETE /api/presets                        member   write form refused -      api
        GET    /api/presets                        member   read  -    -       -      read
        PATCH  /api/presets                        member   write form refused -      api
        POST   /api/presets                        member   write form refused -      api
        GET    /api/pricing/credit-cost            any      read  -    -       -      read
        GET    /api/pricing/suggestions            member   read  -    -       -      read
        GET    /api/profile/clips                  member   read  -    -       -      read
        GET    /api/profile/decisions              member   -     -    -       -      read
        POST   /api/profile/decisions              member   -     form -       -      api
        GET    /api/profile/history                member   read  -    -       -      read
        GET    /api/profile/stats                  member   read  -    -       -      read
        GET    /api/ratings                        any      read  -    -       -      read
        GET    /api/ratings/own                    any      read  -    -       -      read
        GET    /api/referral                       member   read  -    -       -      api
        POST   /api/referral                       member   -     form refused -      api
        POST   /api/report                         any      -     form refused -      contact
        POST   /api/reports/csp                    any      -     -    -       -      api
        GET    /api/rounds/[season]/[slot]         any      read  -    -       -      read
        GET    /api/rounds/[season]/[slot]/export  any      read  -    -       -      read
        GET    /api/rounds/[season]/[slot]/receipt any      read  -    -       -      read
        POST   /api/runpod                         member   write form refused -      api
        POST   /api/runpod/webhook                 provider -     -    refused -      -
        GET    /api/story                          any      read  -    -       -      read
        GET    /api/suggestions                    any      read  -    -       -      read
        POST   /api/suggestions                    member   write form refused -      api
        POST   /api/suggestions/[id]/vote          member   -     form refused -      api
        GET    /api/tags                           any      read  -    -       -      read
        POST   /api/terms/accept                   member   -     form refused -      api
        GET    /api/terms/check                    member   read  -    -       -      api
        POST   /api/upload                         member   write form refused -      upload
        GET    /api/upload/image                   member   read  -    -       -      read
        POST   /api/upload/image                   member   write form refused -      upload
        POST   /api/upload/register                member   write form refused -      upload
        GET    /api/upload/signed-url              member   read  -    -       -      upload
        POST   /api/upload/signed-url              member   write form refused -      upload
        POST   /api/upload/video                   admin    admin form refused -      upload
        GET    /api/usage                          member   read  -    -       -      read
        GET    /api/user/appeal                    member   -     -    -       -      api
        POST   /api/user/appeal                    member   -     form -       -      api
        GET    /api/user/block                    member   read  -    -       -      api
        POST   /api/user/block                    member   write form refused -      api
        GET    /api/user/check-username            any      read  -    -       -      api
        POST   /api/user/create-profile            member   -     form refused -      api
        GET    /api/user/profile                   member   read  -    -       -      api
        GET    /api/user/follow                    any      read  -    -       -      read
        POST   /api/user/follow                    member   -     form refused -      api
        GET    /api/user/followers                 member   read  -    -       -      read
        GET    /api/user/following                 member   read  -    -       -      read
        GET    /api/user/settings                  member   read  -    -       -      api
        PATCH  /api/user/settings                  member   -     form refused -      api
        GET    /api/users/[username]               any      read  -    -       -      read
        DELETE /api/videos                         member   write form refused -      api
        GET    /api/videos                         member   read  -    -       -      read
        PATCH  /api/videos/[id]                    admin    admin form refused -      api
        PATCH  /api/videos/[id]/publish            member   write form refused -      api
        POST   /api/videos/[id]/retry              member   write form refused -      api
        POST   /api/videos/[id]/submit             member   write form refused -      api
        DELETE /api/videos/[id]/vote               any      -     form refused -      arena_vote
        POST   /api/videos/[id]/vote               any      -     form refused -      arena_vote
        DELETE /api/vote                           any      -     form -       -      vote,own
        GET    /api/vote                           any      read  -    -       -      read
        POST   /api/vote                           any      -     form -       -      vote,own
        POST   /api/webhooks/[provider]            provider -     -    refused -      -
        POST   /api/worker/claim                   provider -     -    refused -      -
        POST   /api/worker/done                    provider -     -    refused -      -
        POST   /api/worker/fail                    provider -     -    refused -      -
        POST   /api/worker/heartbeat               provider -     -    refused -      -
        POST   /api/worker/progress                provider -     -    refused -      -
        POST   /api/worker/upload                  provider -     -    refused -      -
        GET    /embed/clip/[id]                    any      read  -    -       -      read
        GET    /embed/comparison/[slug]            any      read  -    -       -      read
        GET    /embed/film/[season]                any      read  -    -       -      read
        GET    /feed.atom                          any      read  -    -       -      read
        GET    /internal/battle                    internal -     -    -       -      -
        POST   /internal/echo                      internal -     -    refused -      -
        GET    /internal/events                    internal -     -    -       -      -
        GET    /internal/fail                      internal -     -    -       -      -
        GET    /internal/hold                      internal -     -    -       -      -
        GET    /internal/media                     internal -     -    -       -      -
        GET    /internal/stream                    internal -     -    -       -      -
        GET    /internal/trap                      internal -     -    -       -      -
        GET    /internal/trap-later                internal -     -    -       -      -
        GET    /internal/upload                    internal -     -    -       -      -
        GET    /internal/video                     internal -     -    -       -      -
        GET    /livez                              any      read  -    -       -      -
        GET    /oembed                             any      read  -    -       -      read
        GET    /readyz                             any      read  -    -       -      -
        GET    /brand.css                          any      read  -    -       -      read
        GET    /brand/icon                         any      read  -    -       -      read
        GET    /brand/logo                         any      read  -    -       -      read
        GET    /manifest.webmanifest               any      read  -    -       -      read
        GET    /robots.txt                         any      read  -    -       -      read
        GET    /sitemap.xml                        any      read  -    -       -      read
        POST   /unsubscribe/[token]                any      -     -    -       -      api
        """
}

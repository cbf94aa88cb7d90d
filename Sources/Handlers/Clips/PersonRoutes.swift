public import Film
internal import FoundationEssentials
internal import Games
public import HTTP
public import People
internal import Postgres
internal import SharedHandlers

extension ClipRoutes {
    /// The route of what everybody may see of a member.
    public static func personRoutes(_ profiles: Profiles, clips: Clips) -> [Route] {
        [
            .get(
                "/api/users/[username]", access: .any,
                query: [
                    .optional(
                        "sort", ClipSearch.Order.schema, default: .string(ClipSearch.Order.newest.rawValue),
                        "The order of the clips: by age, or by the votes of closed rounds.")
                ] + .paging(default: 24), cache: .publicCache(seconds: 30, stale: 60), features: ["PROF-03"],
                summary: """
                    A member as everybody may see the member, with the clips page by page. A name that was given up less \
                    than 90 days ago finds its former holder.
                    """
            ) { context in
                let profile = try profiles.find(context.parameter("username"))
                var search = ClipSearch()
                search.creator = profile.id
                search.order = try context.value(query: "sort") ?? .newest
                search.page = context.pageRequest
                return Person(profile: profile, page: try clips.find(search))
            }
        ]
    }
}

/// A member as everybody may see the member.
struct Person: Shaped {
    let profile: PublicProfile
    let page: Postgres.Page<ListedClip>

    static let shape = Shape<Person>("Person") {
        Field("id", \.profile.id)
        Field("username", \.profile.username)
        Field("avatarURL", { "/api/avatar/" + $0.profile.avatarSeed })
        Field("joinedAt", \.profile.joinedAt)
        Field("followerCount", \.profile.followers)
        Field("clipCount", \.profile.clips, "How many clips everybody may see.")
        Field("winCount", \.profile.wins, "How many of these are in a film.")
        Field("level", { Level(total: $0.profile.xp).number })
        Field("streak", \.profile.streak, "How many days in a row the member has voted.")
        Including(page: \.page)
    }
}

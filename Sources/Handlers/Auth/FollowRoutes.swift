internal import FoundationEssentials
public import HTTP
internal import Identity
public import People
internal import Postgres
public import SharedHandlers

extension AuthRoutes {
    /// The routes by which members follow members.
    public static func followRoutes(_ follows: Follows) -> [Route] {
        [
            follow(follows).forPeopleOnly(), state(follows),
            list(.following, follows, "The members whom you follow, the latest first."),
            list(.followers, follows, "The members who follow you, the latest first."),
        ]
    }

    private static func follow(_ follows: Follows) -> Route {
        .post(
            "/api/user/follow", access: .member, body: FollowInput.self, features: ["SOC-01"],
            summary: "Follows a member, or does so no more. Said again, it changes nothing."
        ) { context, input in
            let wanted: UUID =
                switch (input.userID, input.username) {
                case (let id?, nil): id
                case (nil, let name?): try follows.member(named: name)
                default: throw Problem.invalid("userId", "contradiction", "Give either an id or a username.")
                }
            let followers = try follows.follow(wanted, input.follow, by: try context.member().id)
            return Followed(isFollowing: input.follow, followers: followers)
        }
    }

    private static func state(_ follows: Follows) -> Route {
        .get(
            "/api/user/follow", access: .any,
            query: [
                .list(
                    "usernames", of: .string(1...64), count: 1...50,
                    "The members who are asked about, by their present names.")
            ], features: ["SOC-01"],
            summary: "Which of some members you follow or have blocked, for pages that show it."
        ) { context in
            // A session may have ended since the page asked for it.
            guard let member = context.caller.member?.id else { return FollowedNames(following: [], blocked: []) }
            let ties = try follows.ties(of: member, with: context.texts(query: "usernames"))
            return FollowedNames(following: ties.followed, blocked: ties.blocked)
        }
    }

    private static func list(_ list: Follows.List, _ follows: Follows, _ summary: String) -> Route {
        .get(
            "/api/user/\(list.rawValue)", access: .member, query: .paging(), features: ["SOC-01"], summary: summary
        ) { context in try follows.list(list, of: try context.member().id, context.pageRequest) }
    }
}

/// Whom to follow, or no more: one of the two names the member.
private struct FollowInput: InputShape {
    @Input("The member.") var userID: UUID?
    @Input(.string(1...64), "The member, by username; in place of `userId`.") var username: String?
    @Input("Whether to follow.") var follow: Bool
}

private struct Followed: Shaped {
    let isFollowing: Bool
    let followers: Int

    static let shape = Shape<Followed>("Followed") {
        Field("success", { _ in true })
        Field("following", \.isFollowing)
        Field("followerCount", \.followers, "How many follow the member now.")
    }
}

private struct FollowedNames: Shaped {
    let following: [String]
    let blocked: [String]

    static let shape = Shape<FollowedNames>("FollowedNames") {
        Field("following", \.following, "Those of the names whose members you follow.")
        Field("blocked", \.blocked, "Those of the names whose members you have blocked.")
    }
}

extension FollowEntry: ListItem, Shaped {
    /// What the list is called in its answers.
    public static let listName = "users"
    /// The name of its pages.
    public static let pageName = "FollowPage"
    /// A member in such a list.
    public static let shape = Shape<FollowEntry>("FollowEntry") {
        Field("id", \.id)
        Field("username", \.username, "Null for a member without a name.")
        Field("avatarURL", { "/api/avatar/" + $0.avatarSeed })
        Field("followerCount", \.followers)
        Field("since", \.since)
    }
}

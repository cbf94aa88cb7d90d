internal import Film
internal import FoundationEssentials
internal import Games
internal import HTTP
internal import People
internal import Postgres

/// Which of a member's clips a visitor wants to see first, as the address says it. What it says wrongly counts as not said.
struct PersonQuery: Sendable, Equatable {
    var sort = "newest"
    var cursor: String?

    init() {}

    /// Reads the query of an address.
    init(_ query: Query) {
        sort = query["sort"].flatMap { word in DiscoverQuery.sorts.contains { $0.word == word } ? word : nil } ?? sort
        cursor = query["cursor"].flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
    }

    /// The address of a member's page for this query.
    func path(of username: String) -> String {
        let pairs =
            (sort == "newest" ? [] : ["sort=\(sort)"]) + (cursor.map { ["cursor=\($0)"] } ?? [])
        return "/u/\(username)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }
}

/// A member as everybody sees the member.
struct PersonView: Sendable {
    var id: UUID
    var username: String
    var avatarURL: String
    var joinedAt: Date
    var followers: Int
    var clips: Int
    var wins: Int
    var level = 1
    var streak = 0
    var entries: [DiscoverView.Entry]
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?

    /// The path of the page.
    var path: String { "/u/\(username)" }
}

extension PersonView {
    /// The member whom a name means. A cursor that was not given out shows the first page.
    init(_ profiles: Profiles, _ clips: Clips, _ username: String, _ query: PersonQuery) throws {
        let profile = try profiles.find(username)
        var search = ClipSearch()
        search.creator = profile.id
        search.order = ClipSearch.Order(rawValue: query.sort) ?? .newest
        search.page = PageRequest(limit: search.page.limit, cursor: query.cursor)
        let page = try DiscoverView.page(of: clips, search)
        self.init(
            id: profile.id, username: profile.username, avatarURL: "/api/avatar/" + profile.avatarSeed,
            joinedAt: profile.joinedAt, followers: profile.followers, clips: profile.clips, wins: profile.wins,
            level: Level(total: profile.xp).number, streak: profile.streak,
            entries: page.items.compactMap(DiscoverView.Entry.init), nextCursor: page.nextCursor)
    }
}

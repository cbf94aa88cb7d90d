public import Film
public import HTTP
public import SharedHandlers

extension ClipRoutes {
    /// Browsing and searching the clips that everybody may see.
    static func discovery(_ clips: Clips) -> [Route] { [find(clips), genres(clips)] }

    private static func find(_ clips: Clips) -> Route {
        .get(
            "/api/discover", access: .any,
            query: [
                .optional(
                    "q", .string(0...100),
                    "Words in title, creator or description. All must match; the last may be the beginning of a word."),
                .optional("genre", .choice(ClipGenre.all), "Only clips of this genre."),
                .optional("status", .choice(ClipSearch.statuses.map(\.rawValue)), "Only clips with this status."),
                .optional(
                    "sort", ClipSearch.Order.schema, default: .string(ClipSearch.Order.newest.rawValue),
                    "By age, or by the votes of closed rounds."),
            ] + .paging(default: 24), cache: .publicCache(seconds: 60, stale: 300), features: ["CLIP-06"],
            summary: "The clips that compete, have competed or won, page by page."
        ) { context in
            var search = ClipSearch()
            search.text = context.text(query: "q") ?? ""
            search.genre = context.text(query: "genre")
            search.status = try context.value(query: "status")
            search.order = try context.value(query: "sort") ?? .newest
            search.page = context.pageRequest
            return try clips.find(search)
        }
    }

    private static func genres(_ clips: Clips) -> Route {
        .get(
            "/api/genres", access: .any, cache: .publicCache(seconds: 60, stale: 300), features: ["CLIP-06"],
            summary: "The genres of clips with the number of clips in each."
        ) { _ in GenreList(genres: try clips.genres()) }
    }
}

extension ClipSearch.Order: JSONRepresentable {}

extension ListedClip: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "clips"
    /// The name of a page.
    public static let pageName = "Discovery"

    /// Its form in JSON.
    public static let shape = Shape<ListedClip>("ListedClip") {
        Including(\.card)
        Field("status", \.status)
        Field("label", \.label, "The status in people's words.")
        Field("season", \.season)
        Field("slot", \.slot)
        Field("voteCount", \.voteCount, "In its round; null while the season does not show counts.")
        Field("closedVotes", \.closedVotes, "In the rounds that are closed.")
        Field("listedAt", \.listedAt, "When it entered the race.")
    }
}

/// The answer with the genres.
struct GenreList: Shaped {
    let genres: [GenreCount]

    static let shape = Shape<GenreList>("GenreList") {
        Field("genres", \.genres, "Each genre that a clip can have.")
    }
}

extension GenreCount: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<GenreCount>("GenreCount") {
        Field("genre", \.genre, .choice(ClipGenre.all))
        Field("clips", \.clips, "All that everybody may see.")
        Field("competing", \.competing, "Those that are in the race.")
        Field("won", \.won, "Those that are in a film.")
    }
}

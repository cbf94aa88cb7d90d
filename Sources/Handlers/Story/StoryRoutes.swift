public import Film
public import HTTP
public import Identity
internal import SharedHandlers

/// The routes that return the state of the film.
public enum StoryRoutes {
    /// Every route of the group.
    public static func routes(
        stories: Stories, films: Films, tallies: Tallies, ranks: Ranks, genres: GenreVotes, identity: IdentityService
    ) -> [Route] {
        [story(stories)] + filmRoutes(films) + roundRoutes(stories, tallies, identity) + rankRoutes(ranks)
            + genreRoutes(genres)
    }

    private static func story(_ stories: Stories) -> Route {
        .get(
            "/api/story", access: .any,
            query: [
                .optional(
                    "fresh", .boolean, default: false,
                    "Asks for the newest version; only an admin's request passes the caches by.")
            ],
            cache: .publicCache(seconds: 30, stale: 60), features: ["FILM-11"],
            summary: "The seasons with their slots, winners, progress and the open slot."
        ) { _ in
            try stories.story()
        }
    }
}

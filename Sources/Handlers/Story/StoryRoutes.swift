public import Film
public import HTTP

/// The routes that tell how the film stands.
public enum StoryRoutes {
    /// Every route of the group.
    public static func routes(stories: Stories) -> [Route] {
        [story(stories), round(stories)]
    }

    private static func story(_ stories: Stories) -> Route {
        .get(
            "/api/story", access: .any,
            query: [
                .optional(
                    "fresh", .boolean, default: false,
                    "Asks for the newest version; only an admin's request passes the caches by.")
            ],
            answers: [200: .story], cache: .publicCache(seconds: 30, stale: 60), features: ["FILM-11"],
            summary: "The seasons with their slots, winners, progress and the open slot."
        ) { _ in
            try .json(try film { try stories.story() })
        }
    }

    private static func round(_ stories: Stories) -> Route {
        .get(
            "/api/rounds/[season]/[slot]", access: .any, answers: [200: .roundResult],
            cache: .publicCache(seconds: 30, stale: 60), features: ["FILM-07"],
            summary: "How a slot's round ended: every clip that competed, with its rank and counts."
        ) { context in
            let slot = try context.integer("slot")
            return try .json(try film { try stories.round(season: context.parameter("season"), slot: slot) })
        }
    }
}

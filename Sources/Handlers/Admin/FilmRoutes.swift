public import Film
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers

extension AdminRoutes {
    struct FilmBuildInput: InputShape {
        @Input var seasonID: UUID
    }

    struct SeasonCoverInput: InputShape {
        @Input var seasonID: UUID
        @Input("A clip of the season; null for the film's own poster.") var clipID: UUID?
        @Input(.number(0...60), "The moment in the clip; without it, a tenth of its length.") var seconds: Double?
    }

    /// The routes about the films of finished seasons, and about the pictures of seasons.
    public static func filmRoutes(_ films: Films) -> [Route] {
        [
            .get(
                "/api/admin/films/[season]", access: .admin, limit: .api, features: ["FILM-09", "ADM-03"],
                summary: "A finished season's film and the work on it at this moment."
            ) { context in try films.film(season: context.parameter("season")) },
            .post(
                "/api/admin/films/build", access: .admin, body: FilmBuildInput.self, features: ["FILM-09", "ADM-03"],
                summary: "Has the film of a finished season made anew. The film before it stays until then."
            ) { context, input in
                try films.build(input.seasonID, by: try context.member().id)
                return Done()
            },
            .post(
                "/api/admin/films/cancel", access: .admin, body: FilmBuildInput.self, features: ["FILM-09", "ADM-03"],
                summary: "Ends the work on a film. The film before it stays."
            ) { context, input in
                try films.cancel(input.seasonID, by: try context.member().id)
                return Done()
            },
            .put(
                "/api/admin/seasons/cover", access: .admin, body: SeasonCoverInput.self, features: ["FILM-01"],
                summary: "Chooses the picture of a season. A job makes it."
            ) { context, input in
                try films.chooseCover(
                    input.seasonID, clip: input.clipID, milliseconds: input.seconds.map { Int($0 * 1_000) },
                    by: try context.member().id)
                return Done()
            },
        ]
    }
}

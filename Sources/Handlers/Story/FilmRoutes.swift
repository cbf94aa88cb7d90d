internal import Film
internal import HTTP
internal import SharedHandlers

extension StoryRoutes {
    static func filmRoutes(_ films: Films) -> [Route] {
        [
            .get(
                "/api/films", access: .any, cache: .publicCache(seconds: 30, stale: 60), features: ["FILM-09"],
                summary: "The finished seasons, the newest first; archived ones too."
            ) { _ in FilmLibrary(films: try films.library()) },
            .get(
                "/api/films/[season]", access: .any, cache: .publicCache(seconds: 30, stale: 60),
                features: ["FILM-09"],
                summary: "A finished season's film, by the season's id or number: its files and its chapters."
            ) { context in try films.film(season: context.parameter("season")) },
        ]
    }
}

struct FilmLibrary: Shaped {
    let films: [LibraryFilm]

    static let shape = Shape<FilmLibrary>("FilmLibrary") {
        Field("films", \.films)
    }
}

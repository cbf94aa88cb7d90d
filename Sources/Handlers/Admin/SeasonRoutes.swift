internal import Film
internal import HTTP

extension AdminRoutes {
    static func seasonRoutes(_ seasons: Seasons) -> [Route] {
        [list(seasons), create(seasons), change(seasons)]
    }

    private static func list(_ seasons: Seasons) -> Route {
        .get(
            "/api/admin/seasons", access: .admin, limit: .api,
            answers: [200: .object([.required("seasons", .array(.season))]).named("Seasons")],
            features: ["FILM-01"], summary: "Every season with its settings, the newest first."
        ) { _ in
            try .json(["seasons": try seasons.list().map(SeasonAnswer.init)])
        }
    }

    private static func create(_ seasons: Seasons) -> Route {
        .post(
            "/api/admin/seasons", access: .admin, limit: .adminSensitive, body: CreateSeasonInput.self,
            answers: [201: .season], features: ["FILM-01"], summary: "Makes a draft season with its slots."
        ) { context, input in
            let admin = try context.member()
            let season = try film { try seasons.create(input.settings, by: admin.id) }
            return try .created(SeasonAnswer(season), at: "/api/admin/seasons")
        }
    }

    private static func change(_ seasons: Seasons) -> Route {
        .patch(
            "/api/admin/seasons", access: .admin, limit: .adminSensitive, body: ChangeSeasonInput.self,
            answers: [200: .season], features: ["FILM-01", "FILM-03"],
            summary: "Changes a season's settings, or activates or archives it."
        ) { context, input in
            let admin = try context.member()
            return try film {
                var season = try seasons.season(input.id)
                let settings = input.changes.applied(to: season.settings)
                if settings != season.settings {
                    season = try seasons.edit(input.id, settings: settings, by: admin.id)
                }
                switch input.status {
                case .active?: season = try seasons.activate(input.id, by: admin.id)
                case .archived?: season = try seasons.archive(input.id, by: admin.id)
                case .draft?, .finished?, nil: break
                }
                return try .json(SeasonAnswer(season))
            }
        }
    }
}

internal import Film
internal import HTTP
internal import SharedHandlers

extension AdminRoutes {
    static func seasonRoutes(_ seasons: Seasons) -> [Route] {
        [list(seasons), create(seasons), change(seasons)]
    }

    private static func list(_ seasons: Seasons) -> Route {
        .get(
            "/api/admin/seasons", access: .admin, limit: .api, features: ["FILM-01"],
            summary: "Every season with its settings, the newest first."
        ) { _ in
            SeasonList(seasons: try seasons.list())
        }
    }

    private static func create(_ seasons: Seasons) -> Route {
        .post(
            "/api/admin/seasons", access: .admin, limit: .adminSensitive, body: CreateSeasonInput.self,
            answers: [201: Season.schema], features: ["FILM-01"], summary: "Makes a draft season with its slots."
        ) { context, input in
            let season = try seasons.create(input.settings, by: try context.member().id)
            return Response.created(season, at: "/api/admin/seasons")
        }
    }

    private static func change(_ seasons: Seasons) -> Route {
        .patch(
            "/api/admin/seasons", access: .admin, limit: .adminSensitive, body: ChangeSeasonInput.self,
            features: ["FILM-01", "FILM-03"], summary: "Changes a season's settings, or activates or archives it."
        ) { context, input in
            let admin = try context.member()
            var season = try seasons.season(input.id)
            let settings = input.applied(to: season.settings)
            if settings != season.settings {
                season = try seasons.edit(input.id, settings: settings, by: admin.id)
            }
            switch input.status {
            case .active?: season = try seasons.activate(input.id, by: admin.id)
            case .archived?: season = try seasons.archive(input.id, by: admin.id)
            case nil: break
            }
            return season
        }
    }
}

internal import Catalog
public import Comparisons
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers
internal import Text

extension ComparisonRoutes {
    /// The routes of templates of comparisons and of their schedules.
    public static func templateRoutes(_ templates: ComparisonTemplates) -> [Route] {
        @Sendable
        func list(_ context: Context) throws -> TemplateList {
            TemplateList(templates: try templates.list(for: try context.member().id))
        }
        return [
            .get(
                "/api/admin/templates", access: .admin, limit: .api, features: ["ARENA-10"],
                summary: "The templates of comparisons with their schedules, by name."
            ) { context in try list(context) },
            .post(
                "/api/admin/templates", access: .admin, body: SaveTemplateInput.self, features: ["ARENA-10"],
                summary: "Keeps a prompt with models under a name; a template of the same name is replaced."
            ) { context, input in
                try templates.save(input.name.trimmed, input.request, by: try context.member().id)
                return try list(context)
            },
            .delete(
                "/api/admin/templates", access: .admin, body: TemplateInput.self, features: ["ARENA-10"],
                summary: "Deletes a template with its schedules. What was made of it stays."
            ) { context, input in
                try templates.delete(input.id, by: try context.member().id)
                return try list(context)
            },
            .post(
                "/api/admin/plans", access: .admin, body: TemplateInput.self, features: ["ARENA-10"],
                summary: "Plans a comparison of a template now."
            ) { context, input in
                try templates.use(input.id, by: try context.member().id)
                return Done()
            }.afterTerms(),
            .get(
                "/api/admin/schedules", access: .admin, limit: .api, features: ["ARENA-10"],
                summary: "The schedules, each below its template."
            ) { context in try list(context) },
            .post(
                "/api/admin/schedules", access: .admin, body: ScheduleInput.self, features: ["ARENA-10"],
                summary: "Plans a comparison of a template every so many hours."
            ) { context, input in
                try templates.schedule(
                    input.templateID, everyHours: input.everyHours,
                    from: input.firstAt.flatMap { Date(rfc3339: $0) }, by: try context.member().id)
                return try list(context)
            }.afterTerms(),
            .patch(
                "/api/admin/schedules", access: .admin, body: ChangeScheduleInput.self, features: ["ARENA-10"],
                summary: "Pauses a schedule, or lets it run again. What was missed is not made up for."
            ) { context, input in
                try templates.set(schedule: input.id, isPaused: input.isPaused, by: try context.member().id)
                return try list(context)
            },
            .delete(
                "/api/admin/schedules", access: .admin, body: TemplateInput.self, features: ["ARENA-10"],
                summary: "Deletes a schedule."
            ) { context, input in
                try templates.delete(schedule: input.id, by: try context.member().id)
                return try list(context)
            },
        ]
    }
}

struct TemplateInput: InputShape {
    @Input var id: UUID
}

struct ScheduleInput: InputShape {
    @Input var templateID: UUID
    @Input(.integer(1...8_760), "The hours between two comparisons.") var everyHours: Int
    @Input(.dateTime, "When the first one is planned; without it at once.") var firstAt: String?
}

struct ChangeScheduleInput: InputShape {
    @Input var id: UUID
    @Input("Whether it waits.") var isPaused: Bool
}

/// What each comparison of a template asks for.
struct SaveTemplateInput: InputShape {
    @Input(.text(1...80), "What admins call it.") var name: String
    @Input(.text(1...120), "The title of each comparison; `{date}` and `{number}` are filled in.") var title: String
    @Input(.text(0...2_000, lines: .many), "What readers learn beside the prompt.") var description: String?
    @Input("What the videos start from.") var type: ComparisonType
    @Input(.text(1...4_000, lines: .many), "What the videos show.") var prompt: String
    @Input(.text(0...4_000, lines: .many), "What they must not show.") var negativePrompt: String?
    @Input("The picture that they start from.") var imageID: UUID?
    @Input(.array(.string(1...200), count: 1...Comparisons.mostVideos), "The models, by slug.") var models: [String]
    @Input(.number(0.1...600), "Seconds; without it each model's usual length.") var duration: Double?
    @Input(.choice(["standard", "high", "ultra"])) var quality: String?
    @Input(.string(1...20), "A shape that every model knows, such as `16:9`.") var aspectRatio: String?
    @Input(.integer(0...4_294_967_295), "The seed of every run; without it another one each time.") var seed: Int?
    @Input(.array(.text(1...40), count: 0...12), "Names of tags.") var tags: [String]?
    @Input("Whether everyone may see each from the start.") var isPublic: Bool?
    @Input("Whether each comes first in lists.") var isFeatured: Bool?

    var request: PlannedRequest {
        var request = PlannedRequest(
            title: title.trimmed, kind: type.rawValue, prompt: prompt.trimmed, models: models)
        request.about = description?.trimmed ?? ""
        request.negativePrompt = (negativePrompt?.trimmed).flatMap { $0.isEmpty ? nil : $0 }
        request.imageID = imageID
        request.durationMs = duration.map { Int(($0 * 1_000).rounded()) }
        request.quality = quality
        request.aspectRatio = aspectRatio
        request.seed = seed
        request.tags = tags ?? []
        request.isPublic = isPublic ?? false
        request.isFeatured = isFeatured ?? false
        return request
    }
}

/// A template as admins see it.
struct TemplateEntry: Shaped {
    let template: ComparisonTemplate

    static let shape = Shape<TemplateEntry>("ComparisonTemplate") {
        Field("id", \.template.id)
        Field("name", \.template.name)
        Field("title", \.template.request.title)
        Field("prompt", \.template.request.prompt)
        Field("models", \.template.request.models)
        Field("schedules", { $0.template.schedules.map { ScheduleEntry(schedule: $0) } }, "The next one first.")
    }
}

/// A schedule as admins see it.
struct ScheduleEntry: Shaped {
    let schedule: ComparisonSchedule

    static let shape = Shape<ScheduleEntry>("ComparisonSchedule") {
        Field("id", \.schedule.id)
        Field("everyHours", \.schedule.everyHours)
        Field("nextAt", \.schedule.nextAt, .dateTime, nil)
        Field("isPaused", \.schedule.isPaused)
        Field("runs", \.schedule.runs, "How many comparisons it has planned.")
    }
}

/// Every template.
struct TemplateList: Shaped {
    let templates: [ComparisonTemplate]

    static let shape = Shape<TemplateList>("TemplateList") {
        Field("templates", { $0.templates.map { TemplateEntry(template: $0) } })
    }
}

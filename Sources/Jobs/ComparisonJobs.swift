internal import Catalog
internal import Comparisons
internal import Configuration
internal import Generation
internal import Installation
internal import Logging
internal import Queue

/// Makes the comparisons of plans that are due; meant to recur.
struct MakePlannedComparisons: Sendable {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    struct Payload: JobPayload {
        static let kind = "make_planned_comparisons"
        static let options = JobOptions(queue: Upkeep.queue, priority: .low, timeout: .seconds(300))
    }

    func register(in registry: inout JobRegistry) {
        let settings = settings
        registry.register(Payload.self) { _, context in
            let catalog = Catalog(
                database: context.database, credentials: settings.catalog.credentials, rate: settings.catalog.rate)
            let generations = Generations(
                database: context.database, catalog: catalog, limit: settings.generation.secondsLimit,
                monthlyCredits: settings.catalog.monthlyCredits)
            let scheduled = try ComparisonTemplates.runSchedules(in: context.database)
            if scheduled > 0 { context.log.info("comparisons scheduled", ["count": .int(scheduled)]) }
            let (made, failed) = try Comparisons(database: context.database, generations: generations).makePlanned()
            if made + failed > 0 {
                context.log.info("planned comparisons made", ["made": .int(made), "failed": .int(failed)])
            }
            return .done()
        }
        registry.recur("make_planned_comparisons", .every(.seconds(60)), Payload())
        registry.register(RotateFeatured.self) { _, context in
            let featured = try ComparisonTemplates.rotate(
                RotateFeatured.featured, every: RotateFeatured.hours, in: context.database)
            if let featured { context.log.info("featured comparisons changed", ["count": .int(featured)]) }
            return .done()
        }
        registry.recur("rotate_featured", .every(.seconds(3_600)), RotateFeatured())
        registry.register(ScoreComparisons.self) { _, context in
            let changed = try Comparisons.score(in: context.database)
            if changed > 0 { context.log.info("comparisons scored", ["changed": .int(changed)]) }
            return .done()
        }
        registry.recur("score_comparisons", .every(.seconds(300)), ScoreComparisons())
    }
}

/// Computes how much each public comparison shows; meant to recur.
struct ScoreComparisons: JobPayload {
    static let kind = "score_comparisons"
    static let options = JobOptions(queue: Upkeep.queue, priority: .low, timeout: .seconds(300))
}

/// Lets the comparisons that take turns at being featured change places; meant to recur.
struct RotateFeatured: JobPayload {
    static let kind = "rotate_featured"
    static let options = JobOptions(queue: Upkeep.queue, priority: .low)
    /// As many as the arena's page shows.
    static let featured = 6
    /// How long a turn lasts.
    static let hours = 24
}

import Comparisons
import FoundationEssentials
import Generation
import Postgres
import TestSupport
import Testing

@Suite("Templates, schedules and rotation of comparisons", .requiresPostgres)
struct TemplateTests {
    private func worker(_ stage: ComparisonStage) -> Comparisons {
        Comparisons(
            database: stage.jobs,
            generations: Generations(
                database: stage.jobs, catalog: stage.generations.catalog, limit: stage.generations.limit,
                monthlyCredits: 1_000))
    }

    private var request: PlannedRequest {
        PlannedRequest(
            title: "Fog {number}, {date}", kind: "text-to-video", prompt: "Fog", models: ["local", "local-2"])
    }

    @Test("ARENA-10 a schedule plans one comparison when it is due, whatever was missed, and none while it is paused")
    func schedules() throws {
        try ComparisonStage.run { stage in
            let templates = ComparisonTemplates(database: stage.web)
            for _ in 1...2 { try templates.save("Daily fog", request, by: stage.admin) }
            let template = try #require(try templates.list(for: stage.admin).first)
            #expect(try templates.list(for: stage.admin).count == 1 && template.request.models.count == 2)
            try templates.schedule(template.id, everyHours: 24, from: nil, by: stage.admin)
            func run() throws -> Int { try ComparisonTemplates.runSchedules(in: stage.jobs) }
            #expect(try run() == 1 && run() == 0)
            #expect(try worker(stage).makePlanned().made == 1)
            let title: String = try stage.superuser.one("select title from comparisons")
            #expect(title.wholeMatch(of: /Fog 1, \d{4}-\d\d-\d\d/) != nil)
            let schedule = try #require(try templates.list(for: stage.admin).first?.schedules.first)
            #expect(schedule.runs == 1 && schedule.everyHours == 24)
            // Four days were missed: one comparison is made, and the next one is due within a day.
            try stage.superuser.execute(
                "update comparison_schedules set next_at = dailies_now() - interval '4 days 1 hour'")
            #expect(try run() == 1 && run() == 0)
            let wait: Int = try stage.superuser.one(
                "select ceil(extract(epoch from next_at - dailies_now()) / 3600)::int from comparison_schedules")
            #expect(wait == 23)
            try stage.superuser.execute("update comparison_schedules set next_at = dailies_now() - interval '1 hour'")
            try templates.set(schedule: schedule.id, isPaused: true, by: stage.admin)
            #expect(try run() == 0)
            try templates.set(schedule: schedule.id, isPaused: false, by: stage.admin)
            #expect(try run() == 1)
            try templates.use(template.id, by: stage.admin)
            #expect(try worker(stage).makePlanned().made == 3)
            try templates.delete(schedule: schedule.id, by: stage.admin)
            #expect(stage.code { try templates.delete(schedule: schedule.id, by: stage.admin) } == "template_not_found")
            try templates.delete(template.id, by: stage.admin)
            #expect(stage.code { try templates.use(template.id, by: stage.admin) } == "template_not_found")
            let audited: [String] = try stage.superuser.query(
                "select distinct action from audit_log where action like 'template.%' or action like 'schedule.%'")
            #expect(audited.count == 7)
        }
    }

    @Test("ARENA-10 comparisons that take turns are featured by those whose turn was longest ago, once a period")
    func rotation() throws {
        try ComparisonStage.run { stage in
            var changes = ComparisonChanges()
            changes.isRotating = true
            for title in ["One", "Two", "Three"] {
                let made = try stage.made(stage.request(title, models: 1))
                _ = try stage.comparisons.change(made.facts.id, changes, by: stage.admin)
            }
            var fixed = stage.request("Fixed", models: 1)
            fixed.isFeatured = true
            _ = try stage.made(fixed)
            func featured() throws -> Set<String> {
                Set(try stage.superuser.query("select slug from comparisons where is_featured", as: String.self))
            }
            func rotate() throws -> Int? { try ComparisonTemplates.rotate(2, every: 24, in: stage.jobs) }
            #expect(try rotate() == 2)
            let first = try featured()
            #expect(first.count == 3 && first.contains("fixed"))
            #expect(try rotate() == nil && featured() == first, "the turn lasts a day")
            try stage.superuser.execute("update comparisons set turn_at = turn_at - interval '1 day'")
            #expect(try rotate() == 2)
            let second = try featured()
            #expect(second != first && Set(["one", "two", "three"]).subtracting(first).isSubset(of: second))
            changes.isRotating = false
            changes.isFeatured = false
            for slug in ["one", "two", "three"] {
                let found = try #require(try stage.comparisons.find(slug: slug))
                _ = try stage.comparisons.change(found.facts.id, changes, by: stage.admin)
            }
            #expect(try rotate() == nil && featured() == ["fixed"])
        }
    }
}

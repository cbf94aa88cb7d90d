import Catalog
import FoundationEssentials
import Generation
import Money
import Postgres
import TestSupport
import Testing

@Suite("GEN-15 caps, GEN-16 health, CAT-11 costs")
struct CapTests {
    private func admin(_ stage: GenerationStage) throws -> UUID {
        try stage.superuser.one("insert into users (username, role) values ('boss', 'admin') returning id")
    }

    private func health(_ stage: GenerationStage) -> ProviderHealth {
        ProviderHealth(database: stage.web, pace: GenerationPace())
    }

    @Test("GEN-15 of fifty requests at once of several members a provider's cap lets through what it pays for")
    func provider() throws {
        try GenerationStage.run { stage in
            let boss = try admin(stage)
            let members: [UUID] = try (0..<5).map {
                try stage.superuser.one("insert into users (username) values (\("member_\($0)")) returning id")
            }
            // A run costs $0.60.
            try health(stage).setLimits(of: "replicate", to: JSONText(#"{"monthly_cap_usd": "4.30"}"#), by: boss)
            let results = try inParallel(50) { number -> Bool in
                do {
                    _ = try stage.create("ray-flash-2-540p", of: members[number % 5])
                    return true
                } catch {
                    #expect(error as? GenerationRefusal == .limitProvider("Replicate"))
                    return false
                }
            }
            #expect(results.count { $0 } == 7)
            let figures = try #require(try health(stage).all()["replicate"])
            #expect(figures.spent == Money("4.2") && figures.monthlyCap == Money("4.3") && figures.waiting == 7)
            // Another provider goes on, and a run that fails gives its share back.
            let another = stage.code { ($0.model, $0.duration) = ("mochi", nil) }
            #expect(another == nil)
            let one: UUID = try stage.superuser.one("select id from generations where provider = 'replicate' limit 1")
            let stopped: Bool = try stage.jobs.one("select stop_generation(\(one), 1, 'failed', 'x', 'x', false, 5)")
            #expect(try stopped && stage.create("ray-flash-2-540p", of: members[0]).generation.status == .queued)
            // The next month begins at nothing, and a cap that is taken away counts no more.
            #expect(throws: GenerationRefusal.limitProvider("Replicate")) { try stage.remote() }
            try health(stage).setLimits(of: "replicate", to: JSONText(#"{"monthly_cap_usd": null}"#), by: boss)
            #expect(try stage.remote().status == .queued)
            let audited: Int = try stage.superuser.one(
                "select count(*)::int from audit_log where action = 'provider.set_limits'")
            #expect(audited == 2)
            #expect(throws: (any Error).self) {
                try health(stage).setLimits(of: "replicate", to: JSONText("{}"), by: stage.member)
            }
        }
    }

    @Test("GEN-15 a cap lowered meanwhile keeps back what was not sent yet")
    func lowered() throws {
        try GenerationStage.run { stage in
            let boss = try admin(stage)
            let (first, second, third) = (try stage.remote(), try stage.remote(), try stage.remote())
            try health(stage).setLimits(of: "replicate", to: JSONText(#"{"monthly_cap_usd": "1.20"}"#), by: boss)
            #expect(try stage.begin(first) == "go" && stage.begin(second) == "go" && stage.begin(third) == "over_cap")
            #expect(try stage.accept(first) && stage.accept(second) && stage.finish(first) == [true, true, true])
            #expect(try stage.begin(third) == "over_cap")
        }
    }

    @Test(
        "GEN-15 a member's caps in credits and seconds, all members' and one's own, block at the last of many requests")
    func members() throws {
        try GenerationStage.run { stage in
            let boss = try admin(stage)
            let caps = SpendingCaps(database: stage.web)
            try caps.set(nil, credits: 300, seconds: 20, by: boss)
            try caps.set(stage.member, credits: 200, seconds: nil, by: boss)
            #expect(try caps.all(for: boss).map(\.credits) == [300, 200])
            let results = try inParallel(10) { _ in (try? stage.create("ray-flash-2-540p")) != nil }
            #expect(results.count { $0 } == 3)
            #expect(throws: GenerationRefusal.capCredits(remaining: 20, needed: 60)) { try stage.remote() }
            #expect(try stage.create().generation.status == .queued)
            let spent = try caps.spending(of: stage.member)
            #expect(spent.credits == 180 && spent.creditsLeft == 20 && spent.capMilliseconds == nil)
            // Another member has the cap of all.
            let other: UUID = try stage.superuser.one("insert into users (username) values ('other') returning id")
            for _ in 0..<4 { _ = try stage.create(of: other) }
            #expect(throws: GenerationRefusal.limitSeconds(remainingMilliseconds: 0)) { try stage.create(of: other) }
            try caps.set(stage.member, credits: nil, seconds: nil, by: boss)
            #expect(throws: GenerationRefusal.limitSeconds(remainingMilliseconds: 0)) { try stage.remote() }
            #expect(throws: GenerationRefusal.memberNotFound) { try caps.set(UUID(), credits: 1, seconds: 1, by: boss) }
        }
    }

    @Test("GEN-16 an admin closes a breaker by hand, and what waits is started")
    func closing() throws {
        try GenerationStage.run { stage in
            let boss = try admin(stage)
            let kept = try stage.remote()
            for number in 0..<4 {
                let change: String? = try stage.jobs.one(
                    """
                    select record_provider_call(
                        'replicate', \(kept.id), true, 'fault', 10, 0, 4, 50, 1000, interval '1 hour', 5
                    )
                    """, as: String?.self)
                #expect(change == (number == 3 ? "opened" : nil))
            }
            #expect(try stage.begin(kept) == "resting")
            var figures = try #require(try health(stage).all()["replicate"])
            #expect(figures.breaker == .open && figures.reason == "faults" && figures.calls == 4 && figures.faults == 4)
            #expect(try stage.generations.obstacles() == ["replicate": .resting])
            try health(stage).close("replicate", by: boss)
            figures = try #require(try health(stage).all()["replicate"])
            #expect(figures.breaker == .closed)
            #expect(try stage.begin(kept) == "go")
            #expect(throws: GenerationRefusal.providerNotFound) { try health(stage).close("nothing", by: boss) }
        }
    }

    @Test(
        "CAT-11 PRICE-04 costs by group, of failed runs too, stay when a video is deleted; an entered cost counts everywhere"
    )
    func costs() throws {
        try GenerationStage.run { stage in
            let boss = try admin(stage)
            let costs = Costs(database: stage.web)
            let (good, bad, gone) = (try stage.remote(), try stage.remote(), try stage.remote())
            for kept in [good, bad, gone] { #expect(try stage.begin(kept) == "go" && stage.accept(kept)) }
            #expect(try stage.finish(good) == [true, true, true] && stage.finish(gone) == [true, true, true])
            let stopped: Bool = try stage.jobs.one(
                "select stop_generation(\(bad.id), 1, 'failed', 'x', 'x', false, 5, null, 0.25)")
            #expect(try stopped && stage.generations.delete([gone.id], of: stage.member) == 1)
            let waiting = try stage.remote()
            let total = try costs.total(from: nil, to: nil, for: boss)
            #expect(total.spent == Money("1.45") && total.failedCost == Money("0.25") && total.reserved == Money("0.6"))
            #expect(total.runs == 4 && total.completed == 2 && total.failed == 1 && total.videoMs == 10_000)
            #expect(total.perSecond == Money("0.145") && total.perVote == nil && total.perSlotWon == nil)
            for group in Costs.Group.allCases {
                let rows = try costs.summed(by: group, from: nil, to: nil, for: boss)
                #expect(rows.count == 1 && rows.first?.spent == total.spent, "\(group)")
            }
            #expect(try costs.total(from: .now.addingTimeInterval(3_600), to: nil, for: boss).runs == 0)
            try costs.enter(Money(tenThousandths: 9_000), for: good.id, run: nil, reason: "The invoice", by: boss)
            #expect(try stage.generations.find(good.id, of: stage.member).cost == Money("0.9"))
            #expect(try costs.total(from: nil, to: nil, for: boss).spent == Money("1.75"))
            let mean: String = try stage.superuser.one(
                "select (cost_total / costed_runs)::numeric(8, 2)::text from models where slug = 'ray-flash-2-540p'")
            #expect(mean == "0.75")
            #expect(throws: GenerationRefusal.notCompleted) {
                try costs.enter(.zero, for: waiting.id, run: nil, reason: nil, by: boss)
            }
            #expect(throws: (any Error).self) {
                try costs.enter(.zero, for: good.id, run: nil, reason: nil, by: stage.member)
            }
            #expect(try costs.total(from: nil, to: nil, for: stage.member).runs == 0)
            let page = try costs.runs(from: nil, to: nil, PageRequest(limit: 2), for: boss)
            #expect(page.items.count == 2 && page.nextCursor != nil)
            // The provider has made it, so it is paid for although its file cannot be used.
            let unusable = try stage.remote()
            #expect(try stage.begin(unusable) == "go" && stage.accept(unusable, as: "r-2"))
            let isMade: Bool = try stage.jobs.one(
                "select record_result(\(unusable.id), 1, 'https://x.example/v.mp4', '{}', 5)")
            let isStopped: Bool = try stage.jobs.one(
                "select stop_generation(\(unusable.id), 1, 'failed', 'bad_result', 'x', false, 5)")
            #expect(try isMade && isStopped && costs.total(from: nil, to: nil, for: boss).failedCost == Money("0.85"))
        }
    }

    @Test("CAT-12 CAT-09 what to expect from twenty runs on, and suggestions with their reasons")
    func expectations() throws {
        try GenerationStage.run { stage in
            let catalog = stage.generations.catalog
            let model = try #require(try catalog.find(slug: "ray-flash-2-540p"))
            func add(_ count: Int, failed: Int = 0) throws {
                try stage.superuser.execute(
                    """
                    insert into generation_runs (
                        generation_id, run, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome,
                        ended_at, cost_usd, took_ms
                    )
                    select gen_random_uuid(), 1, \(model.id), 'replicate', 5000, 'standard', dailies_now(), 0.6,
                        case when number > \(Int32(failed)) then 'completed' else 'failed' end, dailies_now(), 0.6, number * 1000
                    from generate_series(1, \(Int32(count))) number
                    """)
                try stage.jobs.execute("select refresh_expectations()")
            }
            try add(19)
            #expect(try catalog.expectations().isEmpty)
            func suggestions(_ budget: Int?) throws -> [ModelSuggestion] {
                try catalog.suggestions(
                    duration: .seconds(5), quality: .standard, capability: .textToVideo, budget: budget,
                    hasPremium: false)
            }
            #expect(try suggestions(nil).map(\.kind) == [.cheapest])
            try stage.superuser.execute("delete from generation_runs")
            try add(20, failed: 5)
            let known = try #require(try catalog.expectations(of: model.id).first)
            #expect(known.runs == 20 && known.completed == 15 && known.successPercent == 75)
            #expect(known.median == .seconds(13) && known.ninetieth == .milliseconds(18_600))
            let found = try suggestions(nil)
            #expect(found.map(\.kind) == [.cheapest, .fastest] && found.last?.model.slug == "ray-flash-2-540p")
            #expect(found.last?.reason.contains("half of 20 runs took 13 s") == true)
            #expect(try suggestions(59).map(\.kind) == [.cheapest])
            #expect(found.first?.model.slug == "local")
            // Of level models the cheaper one; a model without a tier, and one that does not fit, is none of them.
            func best(_ tiers: [ModelTier], _ budget: Int? = nil) throws -> ModelSuggestion? {
                try catalog.suggestions(
                    duration: .seconds(5), quality: .standard, capability: .textToVideo, budget: budget,
                    hasPremium: false, tiers: tiers
                ).first { $0.kind == .bestRated }
            }
            let level = ["ray-2-720p", "ray-flash-2-540p"].map { ModelTier(slug: $0, tier: 0, battles: 80) }
            let rated = try best(level + [ModelTier(slug: "local", tier: 1, battles: 90)])
            #expect(rated?.model.slug == "ray-flash-2-540p")
            #expect(rated?.reason == "tier A after 80 blind battles: level with one other that fits, and not dearer")
            let affordable = try best(level + [ModelTier(slug: "local", tier: 1, battles: 90)], 0)
            #expect(affordable?.model.slug == "local")
            #expect(affordable?.reason == "tier B after 90 blind battles: the only model that fits and has a tier")
            #expect(try best([]) == nil)
            func cheaper() throws -> CheaperModels.Other? {
                try catalog.cheaperModels().first { $0.model.slug == "ray-2-720p" }?
                    .others.first { $0.model.slug == "ray-flash-2-540p" }
            }
            let unrated = try #require(try cheaper())
            #expect(unrated.isRatedNoWorse == nil)
            for (tier, isListed) in [(0, true), (2, false)] {
                try stage.superuser.execute(
                    """
                    insert into rating_boards (name, last_battle, computed_at, document)
                    values ('all', 1, now(), jsonb_build_object('groups', jsonb_build_array(jsonb_build_object('models', jsonb_build_array(
                        jsonb_build_object('slug', 'ray-2-720p', 'tier', 1, 'battles', 80),
                        jsonb_build_object('slug', 'veo-3', 'tier', null, 'battles', 3),
                        jsonb_build_object('slug', 'ray-flash-2-540p', 'tier', \(Int32(tier))::int, 'battles', 80)
                    )))))
                    on conflict (name) do update set document = excluded.document
                    """)
                #expect(try cheaper()?.isRatedNoWorse == (isListed ? true : nil))
                #expect(try catalog.tiers().count == 2)
                #expect(try catalog.expectations(of: model.id).first?.tier?.tier == tier)
            }
            let worse = try cheaper()
            #expect(worse == nil, "it is rated worse")
        }
    }
}

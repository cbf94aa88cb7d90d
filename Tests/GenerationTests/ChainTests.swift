import Catalog
import FoundationEssentials
import Generation
import Postgres
import Providers
import TestSupport
import Testing

@Suite("GEN-17 several models and chains in one request")
struct ChainTests {
    private func request(_ model: String, _ prompt: String = "fog", key: String? = nil, seen: Int? = nil)
        -> GenerationRequest
    {
        GenerationRequest(
            model: model, prompt: prompt, duration: .seconds(5), seed: 7, seenCredits: seen, idempotencyKey: key)
    }

    /// 60 credits, and two steps of 21.
    private func chain(_ stage: GenerationStage, key: String? = nil) throws -> [Generation] {
        let kling = "kling-2.5-turbo-standard"
        return try stage.generations.create(
            .chain, [request("ray-flash-2-540p", key: key), request(kling, "then rain"), request(kling, "then snow")],
            member: stage.member, hasPremium: true
        ).all
    }

    private func waiting(_ stage: GenerationStage, _ kind: String) throws -> [String] {
        try stage.superuser.query(
            "select payload ->> 'id' from jobs where kind = \(kind) and state = 'queued' order by id")
    }

    private func statuses(_ stage: GenerationStage) throws -> [String] {
        try stage.superuser.query("select status from generations order by group_step")
    }

    @Test("GEN-17 models are priced and reserved as a whole: all of them or none")
    func models() throws {
        try GenerationStage.run { stage in
            func create(_ models: [String], seen: Int? = nil) throws -> GenerationReceipt {
                var requests = models.map { request($0) }
                requests[0].seenCredits = seen
                return try stage.generations.create(.models, requests, member: stage.member, hasPremium: true)
            }
            #expect(throws: GenerationRefusal.priceChanged(credits: 150)) {
                try create(["ray-flash-2-540p", "ray-2-720p"], seen: 60)
            }
            #expect(throws: GenerationRefusal.pictureNeeded) { try create(["local", "kling-o1"]) }
            let made = try create(["ray-flash-2-540p", "ray-2-720p", "local"], seen: 150)
            #expect(made.all.map(\.modelSlug) == ["ray-flash-2-540p", "ray-2-720p", "local"])
            #expect(made.all.compactMap(\.group?.step) == [1, 2, 3] && made.all.allSatisfy { $0.group?.count == 3 })
            #expect(Set(made.all.compactMap(\.group?.id)).count == 1 && made.remainingMs == 585_000)
            #expect(try stage.balance() == 850)
            #expect(try waiting(stage, "submit_generation").count == 2 && stage.waiting("draw_generation") == 1)
            // 850 credits are enough for nine of these, and ten are asked for.
            let many = Array(repeating: "ray-2-720p", count: 10)
            #expect(throws: GenerationRefusal.limitCredits(balance: 850, needed: 900)) { try create(many) }
            #expect(try stage.balance() == 850 && stage.generations.usage(of: stage.member).usedMs == 15_000)
            #expect(try statuses(stage) == ["queued", "queued", "queued"])
            #expect(try waiting(stage, "submit_generation").count == 2)
            // Each is a video of its own: what becomes of one changes no other.
            #expect(try stage.generations.cancel(made.all[0].id, of: stage.member).status == .cancelled)
            #expect(try statuses(stage) == ["cancelled", "queued", "queued"])
        }
        try GenerationStage.run { stage throws in
            var stage = stage
            stage.limit = SecondsLimit(milliseconds: 12_000)
            #expect(throws: GenerationRefusal.limitSeconds(remainingMilliseconds: 12_000)) { try chain(stage) }
            #expect(try statuses(stage).isEmpty)
            #expect(try stage.balance() == 1_000)
        }
    }

    @Test("GEN-17 GEN-04 a chain: each step starts once, from the frame of the step before it")
    func chain() throws {
        try GenerationStage.run { stage in
            let steps = try chain(stage, key: "k")
            #expect(try chain(stage, key: "k").map(\.id) == steps.map(\.id), "the same key is the same request")
            #expect(try stage.balance() == 1_000 - 60 - 21 - 21)
            #expect(try waiting(stage, "submit_generation") == [steps[0].id.uuidString.lowercased()])
            #expect(steps[0].sourceImageID == nil && steps[1].sourceImageID != nil)
            // A free place and the upkeep start no step that has no picture.
            let started: Int = try stage.jobs.one("select start_waiting_generations('fal.ai', 5)")
            #expect(try started == 0 && stage.begin(steps[1]) == "image")

            #expect(try stage.begin(steps[0]) == "go" && stage.accept(steps[0]))
            #expect(try stage.finish(steps[0]) == [true, true, true])
            #expect(try waiting(stage, "continue_chain") == [steps[1].id.uuidString.lowercased()])
            func frame(_ step: Generation) throws -> Bool {
                try stage.jobs.one("select record_chain_frame(\(step.id), 'sources/x/y.jpg', 9, 16)")
            }
            // A worker died before its job: the upkeep finds it.
            try stage.superuser.execute("delete from jobs where kind = 'continue_chain'")
            try stage.test.setClock(offset: .seconds(120))
            let resumed: Int = try stage.jobs.one("select resume_generations(2, 5)")
            #expect(try resumed == 1 && stage.waiting("continue_chain") == 1)
            #expect(try frame(steps[1]) && !frame(steps[1]))
            #expect(try waiting(stage, "submit_generation").contains(steps[1].id.uuidString.lowercased()))
            #expect(try stage.begin(steps[1]) == "go" && stage.accept(steps[1], as: "r-2"))
            #expect(try stage.finish(steps[1], credits: 21) == [true, true, true])
            #expect(try frame(steps[2]) && stage.begin(steps[2]) == "go" && stage.accept(steps[2], as: "r-3"))
            #expect(try stage.finish(steps[2], credits: 21) == [true, true, true])
            #expect(try statuses(stage) == ["completed", "completed", "completed"])
            #expect(try stage.balance() == 1_000 - 60 - 21 - 21)
        }
    }

    @Test(
        "GEN-17 when a step fails or is cancelled or deleted, those after it are not made, and all of theirs is returned"
    )
    func broken() throws {
        try GenerationStage.run { stage in
            let failed = try chain(stage)
            #expect(try stage.begin(failed[0]) == "go" && stage.accept(failed[0]))
            let stopped: Bool = try stage.jobs.one(
                "select stop_generation(\(failed[0].id), 1, 'failed', 'nsfw', 'Flagged.', true, 5)")
            #expect(try stopped && statuses(stage) == ["failed", "cancelled", "cancelled"] && stage.balance() == 1_000)
            #expect(try stage.generations.usage(of: stage.member).usedMs == 0)
            // Tried again it is made alone.
            let again = try stage.generations.retry(failed[0].id, by: stage.member).generation
            #expect(try stage.begin(again) == "go" && stage.accept(again, as: "r-2"))
            #expect(try stage.finish(again) == [true, true, true] && stage.waiting("continue_chain") == 0)
            #expect(try stage.generations.delete(failed.map(\.id), of: stage.member) == 3)

            let cancelled = try chain(stage)
            _ = try stage.generations.cancel(cancelled[1].id, of: stage.member)
            #expect(try statuses(stage) == ["queued", "cancelled", "cancelled"] && stage.balance() == 940 - 60)
            #expect(try stage.generations.delete([cancelled[0].id], of: stage.member) == 1)
            #expect(try stage.balance() == 940)

            let noFrame = try chain(stage)
            #expect(try stage.begin(noFrame[0]) == "go" && stage.accept(noFrame[0], as: "r-3"))
            #expect(try stage.finish(noFrame[0]) == [true, true, true])
            func breakChain() throws -> Bool {
                try stage.jobs.one("select break_chain(\(noFrame[1].id), 'The frame cannot be read.', 5)")
            }
            #expect(try breakChain() && !breakChain())
            #expect(try stage.status(noFrame[1].id) == "failed" && stage.status(noFrame[2].id) == "cancelled")
            #expect(try stage.balance() == 940 - 60)
        }
    }

    @Test("GEN-14 presets of members: save, replace, rename, delete, each member's own, and a limit")
    func presets() throws {
        try GenerationStage.run { stage in
            let generations = stage.generations
            let form = PresetForm(
                prompt: "fog", negativePrompt: "text", durationMs: 5_000, quality: "high", aspectRatio: "9:16", seed: 7,
                parameters: ["cfg_scale": .number(0.5)])
            let kling = "kling-2.5-turbo-standard"
            let saved = try generations.savePreset("Fog", model: kling, form: form, of: stage.member)
            #expect(
                saved.form.parameters == ["cfg_scale": .number(0.5)] && saved.form.seed == 7 && saved.modelSlug == kling
            )
            var other = form
            other.prompt = "rain"
            #expect(try generations.savePreset("Fog", model: kling, form: other, of: stage.member).id == saved.id)
            let rain = try generations.savePreset("Rain", model: kling, form: other, of: stage.member)
            #expect(try generations.presets(of: stage.member).map(\.form.prompt) == ["rain", "rain"])
            #expect(throws: GenerationRefusal.presetNameTaken) {
                try generations.renamePreset(rain.id, to: "Fog", of: stage.member)
            }
            #expect(try generations.renamePreset(rain.id, to: "Wet", of: stage.member).name == "Wet")
            #expect(throws: (any Error).self) {
                try generations.savePreset(
                    "x", model: kling, form: PresetForm(prompt: "", parameters: ["depth": 1]), of: stage.member)
            }
            let stranger: UUID = try stage.superuser.one("insert into users (username) values ('other') returning id")
            #expect(try generations.presets(of: stranger).isEmpty)
            #expect(throws: GenerationRefusal.presetNotFound) { try generations.deletePreset(rain.id, of: stranger) }
            #expect(throws: GenerationRefusal.presetNotFound) {
                try generations.renamePreset(rain.id, to: "Mine", of: stranger)
            }
            try generations.deletePreset(rain.id, of: stage.member)
            #expect(try generations.presets(of: stage.member).map(\.name) == ["Fog"])
            for number in 2...Generations.presetLimit {
                _ = try generations.savePreset("\(number)", model: kling, form: form, of: stage.member)
            }
            #expect(throws: GenerationRefusal.presetLimit) {
                try generations.savePreset("one more", model: kling, form: form, of: stage.member)
            }
            _ = try generations.savePreset("Fog", model: kling, form: form, of: stage.member)
        }
    }
}

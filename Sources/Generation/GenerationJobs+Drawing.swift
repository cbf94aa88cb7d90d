internal import Catalog
internal import Film
internal import FoundationEssentials
internal import Logging
internal import Media
internal import Money
internal import Platform
internal import Postgres
internal import Providers
internal import Queue
internal import Realtime
internal import Storage
internal import Synchronization
internal import Text

extension GenerationJobs {
    /// Draws a video of this site's own renderer. A worker that dies has changed nothing outside, so the next one draws again.
    func draw(_ job: DrawGeneration, _ context: JobContext) throws -> JobOutcome {
        switch try begin(job.id, job.run, at: ProviderRegistry.local, context).outcome {
        case "go": break
        case "image": return .snooze(until: Date().addingTimeInterval(0.3))
        case "taken": return .snooze(until: Date().addingTimeInterval(1))
        case "no_image": return try refuseWithoutPicture(job.id, job.run, context)
        default: return .done()
        }
        guard let kept = try generation(job.id, job.run, in: context.database) else { return .done() }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let shown = Mutex((percent: -1, at: ContinuousClock.now))
        do {
            var request = LocalRequest(
                prompt: kept.prompt, seed: kept.seed, milliseconds: kept.durationMs,
                shape: kept.aspectRatio.flatMap(LocalRequest.Shape.init) ?? .portrait)
            if let source = try sourceKey(kept, in: context.database) {
                try storage.fetch(source, to: workspace + "/source.jpg")
                request.picture = workspace + "/source.jpg"
            }
            try LocalRenderer(tools).render(request, to: workspace + "/drawn.mp4") { share in
                let percent = min(85, Int(share * 85))
                let isDue = shown.withLock { shown in
                    guard percent > shown.percent,
                        ContinuousClock.now - shown.at > .milliseconds(250) || shown.percent < 0
                    else {
                        return false
                    }
                    shown = (percent, .now)
                    return true
                }
                if isDue { try? show(percent, of: kept, isRunning: true, context) }
            }
            try context.checkPoint()
            let key = try keep(workspace + "/drawn.mp4", of: kept.id, as: "original")
            let isRecorded = try record(kept, context) { connection in
                try connection.one(
                    """
                    select record_original(\(job.id), \(Int32(job.run)), \(key.text), \(Int32(pace.localConcurrency)))
                    """)
            }
            if !isRecorded { try forget(kept.id, in: context.database) }
            return .done()
        } catch let fault as MediaFault {
            if fault.isRetryable, context.attempt < DrawGeneration.options.maxAttempts { throw fault }
            context.log.error("a video could not be drawn", ["fault": .string(fault.debugDescription)])
            return try stop(kept, .failed, "renderer_failed", "The renderer could not draw this video.", context)
        }
    }

    /// Measures the original, makes what is shown, and completes the generation.
    func process(_ job: ProcessGeneration, _ context: JobContext) throws -> JobOutcome {
        guard let kept = try generation(job.id, job.run, in: context.database), kept.status == .processing,
            let original = try kept.originalKey.flatMap({ StorageKey($0) }) ?? broughtAlong(kept, context)
        else { return .done() }
        let isManual = kept.provider == ProviderRegistry.manual
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        do {
            // A dead worker's files have other names than ours will.
            for key in try storage.objects(of: kept.id) where key != original { try storage.delete(key) }
            try storage.borrow(original, as: workspace + "/original")
            let stills = StillFiles(in: workspace)
            let isTrained = kept.provider != ProviderRegistry.local
            let made = try VideoRenditions(tools).make(
                from: workspace + "/original", full: workspace + "/full.mp4", small: workspace + "/small.mp4",
                stills: stills,
                statement: XMPBox.statement(
                    model: kept.modelName, createdAt: kept.createdAt.rfc3339, isTrained: isTrained))
            try context.checkPoint()
            let size = Files.size(workspace + "/full.mp4") ?? 0
            let video = try keep(workspace + "/full.mp4", of: kept.id, as: "mp4")
            let small = try keep(workspace + "/small.mp4", of: kept.id, as: "mp4")
            let poster = try keep(stills.poster, of: kept.id, as: "webp")
            try storage.store(stills.thumbnail, as: poster.thumbnail)
            try storage.store(stills.card, as: poster.card)
            let price = isManual ? nil : try price(of: kept, made, context)
            let facts = CompletedFacts(
                videoKey: video.text, smallKey: small.text, posterKey: poster.text, blurhash: made.blurhash,
                width: made.width, height: made.height, videoMs: max(1, made.durationMs), hasSound: made.hasSound,
                sizeBytes: size, cost: price?.cost.amount.description, breakdown: price?.cost,
                credentials: try ContentCredentials.find(in: workspace + "/original"))
            _ = try record(kept, context) { connection in
                if isManual {
                    return try connection.one("select complete_result(\(job.id), \(try JSONText(encoding: facts)))")
                }
                return try connection.one(
                    """
                    select complete_generation(
                        \(job.id), \(Int32(job.run)), \(try JSONText(encoding: facts)), \(Int32(price?.credits ?? kept.credits))
                    )
                    """)
            }
            return .done()
        } catch let fault as MediaFault {
            if fault.isRetryable, context.attempt < ProcessGeneration.options.maxAttempts { throw fault }
            context.log.warning("a generated file cannot be used", ["fault": .string(fault.debugDescription)])
            if isManual {
                _ = try record(kept, context) { connection in
                    try connection.one("select refuse_result(\(job.id), \(fault.message))")
                }
                return .done()
            }
            return try stop(
                kept, .failed, "bad_result",
                "The provider's file is not a video that can be used. Nothing was charged.", context)
        }
    }

    /// The file that an admin brought along, kept as it came; nil when its upload is gone.
    private func broughtAlong(_ kept: Generation, _ context: JobContext) throws -> StorageKey? {
        guard kept.provider == ProviderRegistry.manual else { return nil }
        let parts: Int? = try context.database.first("select part_count from uploads where id = \(kept.id)")
        guard let parts else { return nil }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        try storage.assemble(kept.id, count: parts, to: workspace + "/sent")
        let key = try keep(workspace + "/sent", of: kept.id, as: "original")
        try context.database.execute("update generations set original_key = \(key.text) where id = \(kept.id)")
        try storage.deleteParts(of: kept.id)
        return key
    }

    /// What the video cost. A price that cannot be computed never fails the video.
    private func price(
        of kept: Generation, _ made: VideoFiles, _ context: JobContext
    ) throws -> (cost: Cost, credits: Int)? {
        guard
            let model = try Catalog(
                database: context.database, credentials: ProviderCredentials(settings: []), rate: rate
            )
            .find(kept.modelID),
            let cost = model.cost(
                seconds: .milliseconds(made.durationMs), requested: .milliseconds(kept.durationMs), width: made.width,
                height: made.height, hasAudio: made.hasSound)
        else {
            context.log.warning("a video has no price", ["model": .string(kept.modelName)])
            return nil
        }
        for warning in cost.warnings {
            context.log.warning(
                "a price is uncertain", ["model": .string(kept.modelName), "reason": .string(warning.rawValue)])
        }
        let quality = Quality(rawValue: kept.quality) ?? .standard
        return (cost, rate.credits(for: cost.amount, quality: quality))
    }

    /// Brings a finished video to the place where the checks of clips expect an upload, cut to what a clip may last.
    func stage(_ job: StageVideo, _ context: JobContext) throws -> JobOutcome {
        let isWaiting: Bool = try context.database.one(
            "select exists (select from tournament_clips where id = \(job.clipID) and processing = 'processing')")
        guard isWaiting, let key = StorageKey(job.videoKey) else { return .done() }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        var path = workspace + "/video.mp4"
        do {
            try storage.borrow(key, as: path)
        } catch {
            guard case .missing = error else { throw error }
            try context.complete { connection in
                try Clips.failProcessing(job.clipID, reason: "The video was deleted meanwhile.", on: connection)
            }
            return .done()
        }
        let most = MediaLimits().durationMilliseconds
        if job.startMs > 0 || job.lengthMs > most || (Files.size(path) ?? 0) > MediaLimits().bytes {
            try VideoRenditions(tools).trim(
                path, startMs: job.startMs, lengthMs: min(most, job.lengthMs - job.startMs), to: workspace + "/part.mp4"
            )
            path = workspace + "/part.mp4"
        }
        let plan = UploadPlan(size: Files.size(path) ?? 1)
        try storage.stage(path, as: job.uploadID, plan: plan)
        try context.complete { connection in
            try connection.execute(
                """
                update uploads
                set size_bytes = \(Int64(plan.size)),
                    part_bytes = \(Int64(plan.partSize)),
                    part_count = \(Int32(plan.count))
                where id = \(job.uploadID)
                """)
            try Queue.enqueue(
                ValidateClip(clipID: job.clipID), on: connection, uniqueKey: job.clipID.uuidString.lowercased())
        }
        return .done()
    }
}

/// Columns of a completed generation.
private struct CompletedFacts: Encodable {
    let videoKey: String
    let smallKey: String
    let posterKey: String
    let blurhash: String
    let width: Int
    let height: Int
    let videoMs: Int
    let hasSound: Bool
    let sizeBytes: Int
    let cost: String?
    let breakdown: Cost?
    let credentials: ContentCredentials?

    enum CodingKeys: String, CodingKey {
        case videoKey = "video_key"
        case smallKey = "small_key"
        case posterKey = "poster_key"
        case blurhash, width, height, credentials
        case videoMs = "video_ms"
        case hasSound = "has_sound"
        case sizeBytes = "size_bytes"
        case cost = "cost_usd"
        case breakdown = "cost_breakdown"
    }
}

extension GenerationJobs {
    /// The generation, while this run of it is the current one.
    func generation(_ id: UUID, _ run: Int, in database: Database) throws -> Generation? {
        try database.first(
            "select \(sql: Generation.columns) where generations.id = \(id) and generations.run = \(Int32(run))")
    }

    /// Takes a place at the provider and records the intent.
    func begin(
        _ id: UUID, _ run: Int, at provider: String, _ context: JobContext
    ) throws -> (outcome: String, attempt: Int, reason: String?) {
        let row: Row = try context.database.one(
            """
            select outcome, attempt, reason
            from begin_submission(
                \(id), \(Int32(run)), \(Int32(pace.places(at: provider))), \(pace.timeout)
            )
            """)
        let begun = (
            outcome: try row.value("outcome", as: String.self), attempt: try row.value("attempt", as: Int.self),
            reason: try row.value("reason", as: String?.self)
        )
        if ["go", "uncertain"].contains(begun.outcome), let kept = try generation(id, run, in: context.database) {
            try context.database.transaction { try Generations.announce(kept, on: $0) }
        }
        return begun
    }

    /// Completes the job with a change of the generation; pages learn of a change that took place.
    func record(_ kept: Generation, _ context: JobContext, _ change: (Connection) throws -> Bool) throws -> Bool {
        var isChanged = false
        try context.complete { connection in
            isChanged = try change(connection)
            guard isChanged else { return }
            let now: Generation? = try connection.first(
                "select \(sql: Generation.columns) where generations.id = \(kept.id)")
            if let now { try Generations.announce(now, on: connection) }
        }
        return isChanged
    }

    /// Fails or cancels a generation, with its job. `answer` is what the provider said last.
    func stop(
        _ kept: Generation, _ status: GenerationStatus, _ code: String?, _ reason: String?,
        chargeWhenBegun: Bool = false, taken: Int? = nil, spent: Money? = nil, answer: String? = nil,
        _ context: JobContext
    ) throws -> JobOutcome {
        _ = try record(kept, context) { connection in
            if let answer { try keepAnswer(answer, of: kept, on: connection) }
            return try connection.one(
                """
                select stop_generation(
                    \(kept.id), \(Int32(kept.run)), \(status.rawValue), \(code), \(reason), \(chargeWhenBegun),
                    \(Int32(pace.places(at: kept.provider))), \(taken.map { Int32($0) }),
                    \(spent?.description)::text::numeric
                )
                """)
        }
        return .done()
    }

    /// Keeps what the provider said with the attempt under way, for those who look into a failure.
    func keepAnswer(_ answer: String, of kept: Generation, on connection: Connection) throws {
        try connection.execute(
            """
            update generation_attempts attempts
            set answer = \(JSONText(answer))
            from generations
            where generations.id = \(kept.id) and generations.run = \(Int32(kept.run))
                and attempts.generation_id = generations.id and attempts.run = generations.run
                and attempts.attempt = generations.attempt
            """)
    }

    func refuseWithoutPicture(_ id: UUID, _ run: Int, _ context: JobContext) throws -> JobOutcome {
        guard let kept = try generation(id, run, in: context.database) else { return .done() }
        return try stop(
            kept, .failed, "image_refused", "The picture could not be used. Choose another one. Nothing was charged.",
            context)
    }

    /// Where the picture is stored that a generation starts from.
    func sourceKey(_ kept: Generation, in database: Database) throws -> StorageKey? {
        guard let image = kept.sourceImageID else { return nil }
        let key: String? = try database.first("select storage_key from source_images where id = \(image)")
        return key.flatMap { StorageKey($0) }
    }

    /// Stores a file of a generation.
    func keep(_ path: String, of id: UUID, as ending: String) throws -> StorageKey {
        let key = StorageKey(.videos, id, contentHash: try ContentHash.of(path), fileExtension: ending)
        try storage.store(path, as: key)
        return key
    }

    /// Deletes the files of a generation whose row is gone.
    func forget(_ id: UUID, in database: Database) throws {
        let isKept: Bool = try database.one("select exists (select from generations where id = \(id))")
        guard !isKept else { return }
        for key in try storage.objects(of: id) { try storage.delete(key) }
    }

    /// Records and publishes how far a generation is. Losing it does no harm.
    func show(
        _ percent: Int?, position: Int? = nil, of kept: Generation, isRunning: Bool, _ context: JobContext
    ) throws {
        let isChanged: Bool? =
            try context.database.first(
                """
                select record_progress(
                    \(kept.id), \(Int32(kept.run)), \(percent.map { Int32($0) }), \(position.map { Int32($0) }), \(isRunning)
                )
                """, as: Bool?.self) ?? nil
        guard isChanged == true else { return }
        try? publish(
            Event(
                channel: "user:\(kept.memberID.text)", name: "generation",
                data: try JSONText(
                    encoding: ["id": kept.id.text, "status": "processing", "progress": "\(percent ?? kept.progress)"])))
    }
}

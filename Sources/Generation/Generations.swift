public import Catalog
public import FoundationEssentials
public import Money
public import Postgres
internal import Providers
internal import Realtime
internal import Refusals
internal import Text

/// The videos that members make: requests, their course, and what is done with the results.
public struct Generations: Sendable {
    let database: Database
    /// The models.
    public let catalog: Catalog
    /// How much members may make.
    public let limit: SecondsLimit
    let monthlyCredits: Int

    /// The generations of a database.
    public init(database: Database, catalog: Catalog, limit: SecondsLimit, monthlyCredits: Int) {
        self.database = database
        self.catalog = catalog
        self.limit = limit
        self.monthlyCredits = monthlyCredits
    }

    /// Makes a generation: the model's rules, seconds, credits, row and job. All in one transaction, so that of two requests
    /// only one can have the last seconds.
    public func create(_ request: GenerationRequest, member: UUID, hasPremium: Bool) throws -> GenerationReceipt {
        let (facts, model) = try facts(of: request, hasPremium: hasPremium)
        if let seen = request.seenCredits, seen != facts.credits {
            throw GenerationRefusal.priceChanged(credits: facts.credits)
        }
        return try database.acting(for: member).transaction { connection in
            let row: Row = try connection.one(
                """
                select outcome, array[id] as ids, remaining_ms, balance
                from create_generation(
                    \(member), \(try JSONText(encoding: facts)), \(model.updatedAt), \(Int64(limit.milliseconds)),
                    \(limit.start), \(limit.end), \(Int32(monthlyCredits))
                )
                """)
            return try receipt(row, credits: facts.credits, provider: model.provider.displayName, on: connection)
        }
    }

    /// Makes several generations that are one request, all or none. The price that the member has seen, and the key, are those
    /// of the first request. The steps of a chain but the first start from the last frame of the step before them. `record`
    /// runs in the same transaction.
    public func create(
        _ kind: GenerationGroup.Kind, _ requests: [GenerationRequest], member: UUID, hasPremium: Bool,
        record: (GenerationReceipt, Connection) throws -> Void = { _, _ in }
    ) throws -> GenerationReceipt {
        var prepared: [(facts: GenerationFacts, model: Model)] = []
        for (index, request) in requests.enumerated() {
            prepared.append(
                try facts(of: request, hasPremium: hasPremium, startsFromFrame: kind == .chain && index > 0))
        }
        let credits = prepared.reduce(0) { $0 + $1.facts.credits }
        if let seen = requests.first?.seenCredits, seen != credits {
            throw GenerationRefusal.priceChanged(credits: credits)
        }
        return try database.acting(for: member).transaction { connection in
            let row: Row = try connection.one(
                """
                select *
                from create_generations(
                    \(member), \(kind.rawValue), \(try JSONText(encoding: prepared.map(\.facts))),
                    \(prepared.map(\.model.updatedAt)), \(Int64(limit.milliseconds)), \(limit.start), \(limit.end),
                    \(Int32(monthlyCredits))
                )
                """)
            let step: Int = try row.value("last_step")
            let receipt = try receipt(
                row, credits: credits, provider: prepared[step - 1].model.provider.displayName, on: connection)
            try record(receipt, connection)
            return receipt
        }
    }

    private func receipt(
        _ row: Row, credits: Int, provider: String, on connection: Connection
    ) throws -> GenerationReceipt {
        let outcome: String = try row.value("outcome")
        let remaining = Int(try row.value("remaining_ms", as: Int64?.self) ?? 0)
        guard ["done", "repeated"].contains(outcome) else {
            throw Self.refusal(
                outcome, remainingMs: remaining, balance: try row.value("balance", as: Int?.self) ?? 0,
                credits: credits, provider: provider)
        }
        let ids: [UUID] = try row.value("ids")
        let made: [Generation] = try connection.query(
            """
            select \(sql: Generation.columns)
            where generations.id = any (\(ids))
            order by generations.group_step
            """)
        guard let first = made.first else { throw GenerationRefusal.notFound }
        if outcome == "done" { for generation in made { try Self.announce(generation, on: connection) } }
        return GenerationReceipt(made, first: first, remainingMs: remaining, isRepeated: outcome == "repeated")
    }

    /// What a new row holds, once the request was checked against its model.
    private func facts(
        of request: GenerationRequest, hasPremium: Bool, startsFromFrame: Bool = false
    ) throws -> (facts: GenerationFacts, model: Model) {
        guard let model = try model(request.model) else { throw ModelRefusal.notFoundOrInactive }
        if let refusal = catalog.availability(of: model, hasPremium: hasPremium) { throw refusal }
        var parameters = try ModelParameters(model).check(request.parameters)
        let duration = try duration(of: request, model, &parameters)
        let quality = request.quality ?? Quality.standard.rawValue
        if let refusal = model.check(duration: duration, quality: quality) { throw refusal }
        guard let known = Quality(rawValue: quality) else { throw ModelRefusal.notFoundOrInactive }
        try checkPicture(startsFromPicture: startsFromFrame || request.imageID != nil, model)
        let aspect = try aspect(request.aspectRatio, model)
        guard let cost = Self.cost(model, duration, parameters) else { throw ModelRefusal.noPrice }
        let credits = catalog.rate.credits(for: cost, quality: known)
        let facts = GenerationFacts(
            modelID: model.id, prompt: request.prompt, negativePrompt: request.negativePrompt, imageID: request.imageID,
            durationMs: duration.inMilliseconds, quality: quality, aspectRatio: aspect,
            seed: request.seed ?? Int.random(in: 0...2_147_483_647), frames: request.frames, parameters: parameters,
            credits: credits, expected: cost.description, idempotencyKey: request.idempotencyKey)
        return (facts, model)
    }

    /// What a request would cost. Throws what `create` would refuse it for, but for what the member has left.
    public func quote(_ request: GenerationRequest, hasPremium: Bool) throws -> GenerationQuote {
        let (facts, model) = try facts(of: request, hasPremium: hasPremium)
        return GenerationQuote(
            model: model, credits: facts.credits, expected: Money(facts.expected) ?? .zero,
            duration: .milliseconds(facts.durationMs), aspectRatio: facts.aspectRatio)
    }

    /// The price of a request in credits, as the form shows it; nil when the model cannot run so.
    public func credits(_ model: Model, duration: Duration, quality: Quality) -> Int? {
        guard model.check(duration: duration, quality: quality.rawValue) == nil else { return nil }
        return model.credits(seconds: duration, quality: quality, rate: catalog.rate)
    }

    private func model(_ name: String?) throws -> Model? {
        if let name { return try catalog.find(named: name) }
        let standard = try catalog.standard()
        if let standard, catalog.availability(of: standard, hasPremium: true) == nil { return standard }
        // Without any key the default model cannot run, and this site's own renderer can.
        return try catalog.find(slug: ProviderRegistry.local)
    }

    private func duration(
        of request: GenerationRequest, _ model: Model, _ parameters: inout [String: JSON]
    ) throws -> Duration {
        guard let rate = model.framesPerSecond else { return request.duration ?? model.standardDuration }
        let given = parameters["num_frames"]?.integer
        if let frames = request.frames, let given, frames != given {
            throw GenerationRefusal.contradiction("frames", "num_frames")
        }
        if let frames = request.frames ?? given {
            parameters["num_frames"] = .number(Decimal(frames))
            _ = try ModelParameters(model).check(["num_frames": .number(Decimal(frames))])
            return .milliseconds((frames * 1_000 + rate / 2) / rate)
        }
        // A length in seconds means the nearest number of frames that the model makes.
        let duration = request.duration ?? .seconds(2)
        let frames = Decimal(max(1, duration.inMilliseconds * rate / 1_000))
        let known = ModelParameters(model).all.first { $0.name == "num_frames" }
        parameters["num_frames"] = .number(known?.nearest(to: frames) ?? frames)
        return duration
    }

    func checkPicture(startsFromPicture: Bool, _ model: Model) throws(GenerationRefusal) {
        if startsFromPicture {
            guard model.capabilities.contains(.imageToVideo) else { throw .pictureNotSupported }
        } else {
            guard model.capabilities.contains(.textToVideo) else { throw .pictureNeeded }
        }
    }

    func aspect(_ asked: String?, _ model: Model) throws(GenerationRefusal) -> String? {
        guard let asked else { return model.aspectRatios.first }
        guard !model.aspectRatios.isEmpty else { return nil }
        guard model.aspectRatios.contains(asked) else { throw .aspectNotSupported(model.aspectRatios) }
        return asked
    }

    static func shortSide(_ parameters: [String: JSON]) -> Int? {
        parameters["resolution"]?.string.flatMap { $0 == "4k" ? 2_160 : Int($0.prefix { $0.isNumber }) }
    }

    /// What a run is expected to cost.
    static func cost(_ model: Model, _ duration: Duration, _ parameters: [String: JSON]) -> Money? {
        model.expectedCost(
            seconds: duration, shortSide: shortSide(parameters),
            hasAudio: parameters["generate_audio"].map { $0 == true }
        )?.amount
    }

    static func refusal(
        _ outcome: String, remainingMs: Int, balance: Int, credits: Int, provider: String = ""
    ) -> any Error {
        switch outcome {
        case "limit_seconds": GenerationRefusal.limitSeconds(remainingMilliseconds: remainingMs)
        case "limit_credits": GenerationRefusal.limitCredits(balance: balance, needed: credits)
        case "cap_credits": GenerationRefusal.capCredits(remaining: balance, needed: credits)
        case "limit_provider": GenerationRefusal.limitProvider(provider)
        case "model_changed": GenerationRefusal.modelChanged
        case "image_not_found": GenerationRefusal.pictureNotFound
        case "generation_not_found": GenerationRefusal.notFound
        case "not_failed": GenerationRefusal.notFailed
        case "not_completed": GenerationRefusal.notCompleted
        case "already_submitted": GenerationRefusal.alreadySubmitted
        case "finished": GenerationRefusal.finished
        default: DatabaseError.decoding(column: "outcome", expected: "a refusal", found: outcome)
        }
    }

    /// Tells the owner's pages that a generation has changed.
    static func announce(_ generation: Generation, on connection: Connection) throws {
        try Realtime.announce(
            Event(
                channel: "user:\(generation.memberID.text)", name: "generation",
                data: try JSONText(
                    encoding: [
                        "id": generation.id.text, "status": generation.status.rawValue,
                        "progress": "\(generation.progress)",
                    ])), on: connection)
    }
}

extension Generations {
    /// One of a member's generations.
    public func find(_ id: UUID, of member: UUID) throws -> Generation {
        let found: Generation? = try database.acting(for: member).first(
            "select \(sql: Generation.columns) where generations.id = \(id) and generations.user_id = \(member)")
        guard let found else { throw GenerationRefusal.notFound }
        return found
    }

    /// A member's newest generations.
    public func list(of member: UUID, limit: Int) throws -> [Generation] {
        try database.acting(for: member).query(
            """
            select \(sql: Generation.columns)
            where generations.user_id = \(member)
            order by generations.created_at desc, generations.id desc
            limit \(Int64(limit))
            """)
    }

    /// A page of a member's generations from the newest.
    public func page(of member: UUID, _ request: PageRequest) throws -> Postgres.Page<Generation> {
        let order = Keyset(
            "videos", .moment("generations.created_at"), .uuid("generations.id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.acting(for: member).query(
            """
            select \(sql: order.columns), \(sql: Generation.columns)
            where generations.user_id = \(member) and \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, request) { row in try Generation(row: row) }
    }

    /// A page of what has changed of a member's generations after a moment, deletions included, from the first change: what
    /// changes while somebody reads the pages comes on a later one.
    public func changes(
        of member: UUID, after moment: Date, _ request: PageRequest
    ) throws -> Postgres.Page<GenerationChange> {
        let order = Keyset("video-changes", .moment("changes.changed_at"), .uuid("changes.id"), isDescending: false)
        let place = try order.place(after: request)
        let reader = database.acting(for: member)
        let rows: [Row] = try reader.query(
            """
            select \(sql: order.columns), changes.id, changes.changed_at, changes.is_deleted
            from (
                select id, updated_at as changed_at, false as is_deleted
                from generations
                where user_id = \(member) and updated_at > \(moment)
                union all
                select id, deleted_at, true
                from deleted_generations
                where user_id = \(member) and deleted_at > \(moment)
            ) changes
            where \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        let found = try order.page(of: rows, request) { row in
            (
                id: try row.value("id", as: UUID.self), at: try row.value("changed_at", as: Date.self),
                isDeleted: try row.value("is_deleted", as: Bool.self)
            )
        }
        let kept: [Generation] = try reader.query(
            "select \(sql: Generation.columns) where generations.id = any (\(found.items.map(\.id)))")
        let known = Dictionary(uniqueKeysWithValues: kept.map { ($0.id, $0) })
        // What was deleted between the two statements is on a later page as such.
        let items = found.items.compactMap { change -> GenerationChange? in
            change.isDeleted
                ? .deleted(DeletedGeneration(id: change.id, deletedAt: change.at))
                : known[change.id].map { .changed($0) }
        }
        return Postgres.Page(items: items, nextCursor: found.nextCursor)
    }

    /// What keeps providers from getting requests at the moment, by name.
    public func obstacles() throws -> [String: ProviderObstacle] {
        let rows: [Row] = try database.query(
            """
            select provider, case when is_paused then 'paused' else 'resting' end as obstacle
            from resting_providers()
            union all
            select capped_providers(), 'capped'
            """)
        // A cap refuses requests, so it counts before what lets them wait.
        return try rows.reduce(into: [:]) { found, row in found[try row.value("provider")] = try row.value("obstacle") }
    }

    /// What a member has left of the period's seconds.
    public func usage(of member: UUID) throws -> GenerationUsage {
        let row: Row = try database.acting(for: member).one(
            """
            select used_milliseconds(\(member), \(limit.start), \(limit.end)) as used,
                usage_period_start(\(limit.start), \(limit.end)) as since
            """)
        return GenerationUsage(
            usedMs: Int(try row.value("used", as: Int64.self)), limitMs: limit.milliseconds,
            since: try row.value("since"))
    }
}

/// What has become of a generation since a moment.
public enum GenerationChange: Sendable {
    /// It is new, or another one than it was.
    case changed(Generation)
    /// Its owner has deleted it.
    case deleted(DeletedGeneration)
}

/// What a request would cost.
public struct GenerationQuote: Sendable {
    /// The model.
    public let model: Model
    /// What would be reserved.
    public let credits: Int
    /// What the provider is expected to take.
    public let expected: Money
    /// The length of the video.
    public let duration: Duration
    /// Its shape.
    public let aspectRatio: String?
}

/// A video that everyone may see.
public struct PublishedVideo: Sendable {
    /// The video.
    public let generation: Generation
    /// The name of the member who made it; nil until one is chosen.
    public let creator: String?
}

/// What keeps a provider from getting requests.
public enum ProviderObstacle: String, Sendable, CaseIterable, SQLValue, RowDecodable {
    /// It has cost what it may in this month.
    case capped
    /// An admin has paused it, so requests wait.
    case paused
    /// It does not work or asked to wait, so requests wait or move.
    case resting
}

/// Who may have a file.
public enum MediaAccess: Sendable {
    /// Everyone.
    case everybody
    /// The one who asks, and not everyone.
    case asker
    /// No one.
    case nobody
}

extension Duration {
    /// Whole milliseconds.
    package var inMilliseconds: Int {
        Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}

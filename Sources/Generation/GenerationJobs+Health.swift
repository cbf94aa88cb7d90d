internal import Catalog
internal import FoundationEssentials
internal import Logging
internal import Money
internal import Postgres
internal import Providers
internal import Queue

/// What a call shows about its provider.
enum CallResult {
    /// The provider works.
    case good
    /// It does not; the seconds that it asked to wait, if it did.
    case fault(rest: Int? = nil)
    /// It works, and wants fewer calls.
    case limited(rest: Int?)

    init(_ fault: ProviderFault) {
        self =
            switch fault {
            case .notAccepted(_, let seconds): .fault(rest: seconds)
            case .lost: .fault()
            case .limited(_, let seconds): .limited(rest: seconds)
            case .refused(let failure): failure.isOutage ? .fault() : .good
            case .unknownTask: .good
            }
    }

    fileprivate var name: String {
        switch self {
        case .good: "good"
        case .fault: "fault"
        case .limited: "limited"
        }
    }

    fileprivate var rest: Int {
        switch self {
        case .good: 0
        case .fault(let seconds), .limited(let seconds): seconds ?? 0
        }
    }
}

/// What a run is done to.
enum ProviderCall {
    case submission
    case poll
}

extension GenerationJobs {
    /// Records a call, by which the provider's breaker opens and closes. Losing one does no harm.
    func note(
        _ call: ProviderCall, of kept: Generation, _ result: CallResult, _ took: Duration, _ context: JobContext
    ) {
        let rule = pace.breaker
        do {
            let change: String? = try context.database.one(
                """
                select record_provider_call(
                    \(kept.provider), \(kept.id), \(call == .submission), \(result.name),
                    \(Int32(clamping: took.inMilliseconds)), \(Int32(clamping: result.rest)), \(Int32(rule.minimumCalls)),
                    \(Int32(rule.badPercent)), \(Int32(clamping: rule.slow.inMilliseconds)), \(rule.pause),
                    \(Int32(pace.places(at: kept.provider)))
                )
                """, as: String?.self)
            switch change {
            case "opened"?, "reopened"?:
                context.log.warning(
                    "a provider does not work, and gets no requests for a while", ["provider": .string(kept.provider)])
            case "closed"?: context.log.notice("a provider works again", ["provider": .string(kept.provider)])
            default: break
            }
        } catch {
            context.log.warning("a call was not recorded", ["error": .string(String(reflecting: error))])
        }
    }

    /// Another row of a run's model, with the parameters for it and what it costs there.
    struct Substitute {
        let model: Model
        let parameters: [String: JSON]
        let cost: Money
    }

    /// The cheapest other row of the same model that can make the video for no more; nil when there is none.
    func substitute(for kept: Generation, _ context: JobContext) throws -> Substitute? {
        let catalog = Catalog(
            database: context.database, credentials: ProviderCredentials(settings: []), rate: rate)
        guard let model = try catalog.find(kept.modelID), let family = model.family else { return nil }
        let given = (try? kept.parameters.decode([String: JSON].self)) ?? [:]
        let own = (try? model.defaultParameters.decode([String: JSON].self)) ?? [:]
        // What the first model sends by default is nothing that the member asked for.
        let asked = given.filter { own[$0.key] != $0.value }
        let capability: ModelCapability = kept.sourceImageID == nil ? .textToVideo : .imageToVideo
        let fitting = try catalog.family(family)
            .filter { other in
                other.provider != model.provider && other.provider.isAutomatic
                    && other.capabilities.contains(capability)
                    && (!other.isPremium || model.isPremium)
                    && other.check(duration: .milliseconds(kept.durationMs), quality: kept.quality) == nil
                    && (kept.aspectRatio.map { other.aspectRatios.contains($0) } ?? other.aspectRatios.isEmpty)
                    && (kept.frames == nil || other.framesPerSecond == model.framesPerSecond)
            }
        var best: Substitute?
        for other in fitting {
            guard let parameters = try? ModelParameters(other).check(asked),
                let cost = Generations.cost(other, .milliseconds(kept.durationMs), parameters),
                cost <= best?.cost ?? kept.expected, try isConfigured(other.provider.name, context)
            else { continue }
            best = Substitute(model: other, parameters: parameters, cost: cost)
        }
        return best
    }

    private func isConfigured(_ name: String, _ context: JobContext) throws -> Bool {
        if name == ProviderRegistry.local { return true }
        return try provider(name, in: context.database)?.isConfigured == true
    }

    /// Moves a run that no provider has accepted to another row of its model. False when there is none that can be used now.
    func move(_ kept: Generation, because reason: MoveReason, _ context: JobContext) throws -> Bool {
        guard let other = try substitute(for: kept, context) else { return false }
        var isMoved = false
        try context.database.transaction { connection in
            isMoved = try move(kept, to: other, because: reason, on: connection)
            let now: Generation? = try connection.first(
                "select \(sql: Generation.columns) where generations.id = \(kept.id)")
            if isMoved, let now { try Generations.announce(now, on: connection) }
        }
        guard isMoved else { return false }
        context.log.notice(
            "a run is moved to another provider",
            [
                "from": .string(kept.provider), "to": .string(other.model.provider.name),
                "reason": .string(reason.rawValue),
            ])
        return true
    }

    func move(
        _ kept: Generation, to other: Substitute, because reason: MoveReason, on connection: Connection
    ) throws -> Bool {
        try connection.one(
            """
            select move_generation(
                \(kept.id), \(Int32(kept.run)), \(other.model.id), \(other.model.updatedAt),
                \(other.cost.description)::text::numeric, \(try JSONText(encoding: other.parameters)), \(reason.rawValue)
            )
            """)
    }

    /// What is charged for a run that its provider stopped: nothing when it had not begun, the time that it says it took at the
    /// model's price, and nil when it does not say, for all that was reserved if it had begun.
    func bill(for work: WorkDone, _ kept: Generation, _ context: JobContext) throws -> (credits: Int, cost: Money)? {
        try bill(
            for: work, of: kept.modelID, quality: kept.quality,
            (try? kept.parameters.decode([String: JSON].self)) ?? [:], expected: kept.expected, context)
    }

    /// The same for a run whose row may be gone.
    func bill(
        for work: WorkDone, of modelID: UUID, quality: String, _ parameters: [String: JSON], expected: Money,
        _ context: JobContext
    ) throws -> (credits: Int, cost: Money)? {
        switch work {
        case .nothing: return (0, .zero)
        case .unknown: return nil
        case .took(let time):
            let catalog = Catalog(
                database: context.database, credentials: ProviderCredentials(settings: []), rate: rate)
            guard let model = try catalog.find(modelID), let cost = Generations.cost(model, time, parameters)
            else { return nil }
            let quality = Quality(rawValue: quality) ?? .standard
            return (rate.credits(for: cost, quality: quality), min(cost, expected))
        }
    }
}

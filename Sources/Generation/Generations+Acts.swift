internal import Catalog
internal import Film
public import FoundationEssentials
internal import Money
internal import Postgres
internal import Providers
internal import Refusals
internal import Storage
internal import Text

/// What is done with generations once they are made.
extension Generations {
    /// Runs a failed generation again, with all checks and a new reservation. The owner, admins and the operator (nil) may;
    /// the latter two also at another provider's equal model that costs no more than the member agreed to. `seenCredits` is the
    /// price that the owner was shown. `hasPremium` says whether the owner may run premium models; an admin or the operator who acts for all
    /// members is not asked.
    public func retry(
        _ id: UUID, by actor: UUID?, at provider: String? = nil, seenCredits: Int? = nil,
        hasPremium: (UUID) throws -> Bool = { _ in true }
    ) throws -> GenerationReceipt {
        let found: Generation? = try database.acting(for: actor).first(
            "select \(sql: Generation.columns) where generations.id = \(id)")
        guard let kept = found else { throw GenerationRefusal.notFound }
        guard kept.status == .failed else { throw GenerationRefusal.notFailed }
        guard let model = try equalModel(of: kept, at: provider ?? kept.provider) else {
            throw GenerationRefusal.notFound
        }
        let isAllowed = actor == kept.memberID ? try hasPremium(kept.memberID) : true
        if let refusal = catalog.availability(of: model, hasPremium: isAllowed) { throw refusal }
        // The model may have changed since the first run, so the request is checked against it as a new one is.
        if let refusal = model.check(duration: .milliseconds(kept.durationMs), quality: kept.quality) { throw refusal }
        try checkPicture(startsFromPicture: kept.sourceImageID != nil, model)
        if let aspect = kept.aspectRatio { _ = try self.aspect(aspect, model) }
        let parameters = try ModelParameters(model).check(
            (try? kept.parameters.decode([String: JSON].self)) ?? [:])
        guard let (credits, cost) = price(of: kept, at: model, parameters) else { throw ModelRefusal.noPrice }
        if let seenCredits, seenCredits != credits { throw GenerationRefusal.priceChanged(credits: credits) }
        let isMoved = model.id != kept.modelID
        if isMoved, credits > kept.credits { throw JobRefusal.dearer(credits: credits, agreed: kept.credits) }
        return try database.acting(for: actor).transaction { connection in
            if isMoved {
                let moved: String = try connection.one("select operate_move(\(actor), \(id), \(model.id))")
                guard moved == "done" else {
                    throw Self.refusal(moved, remainingMs: 0, balance: 0, credits: credits)
                }
            }
            let row: Row = try connection.one(
                """
                select *
                from retry_generation(
                    \(actor), \(id), \(Int32(credits)), \(Int64(limit.milliseconds)), \(limit.start), \(limit.end),
                    \(Int32(monthlyCredits)), \(cost.description)::text::numeric
                )
                """)
            let outcome: String = try row.value("outcome")
            let remaining = Int(try row.value("remaining_ms", as: Int64?.self) ?? 0)
            guard outcome == "done" else {
                throw Self.refusal(
                    outcome, remainingMs: remaining, balance: try row.value("balance", as: Int?.self) ?? 0,
                    credits: credits, provider: model.provider.displayName)
            }
            let again: Generation = try connection.one("select \(sql: Generation.columns) where generations.id = \(id)")
            try Self.announce(again, on: connection)
            return GenerationReceipt([again], first: again, remainingMs: remaining, isRepeated: false)
        }
    }

    /// What running a generation again would reserve at the current price; nil when its model cannot run it any more.
    public func retryCredits(of kept: Generation) throws -> Int? {
        guard let model = try catalog.find(kept.modelID) else { return nil }
        let parameters = (try? kept.parameters.decode([String: JSON].self)) ?? [:]
        return price(of: kept, at: model, parameters)?.credits
    }

    private func price(
        of kept: Generation, at model: Model, _ parameters: [String: JSON]
    ) -> (credits: Int, cost: Money)? {
        guard let quality = Quality(rawValue: kept.quality),
            let cost = Self.cost(model, .milliseconds(kept.durationMs), parameters)
        else { return nil }
        return (catalog.rate.credits(for: cost, quality: quality), cost)
    }

    /// The model at its own provider, or the same one at another, if that can make this video. A parameter that it does not take
    /// rules it out.
    private func equalModel(of kept: Generation, at provider: String) throws -> Model? {
        if provider == kept.provider { return try catalog.find(kept.modelID) }
        let ids: [UUID] = try database.query(
            "select id from equal_models(\(kept.modelID)) where provider = \(provider)")
        let parameters = (try? kept.parameters.decode([String: JSON].self)) ?? [:]
        for id in ids {
            guard let model = try catalog.find(id), catalog.availability(of: model, hasPremium: true) == nil,
                model.check(duration: .milliseconds(kept.durationMs), quality: kept.quality) == nil,
                model.capabilities.contains(kept.sourceImageID == nil ? .textToVideo : .imageToVideo),
                kept.aspectRatio.map({ model.aspectRatios.isEmpty || model.aspectRatios.contains($0) }) ?? true,
                (try? ModelParameters(model).check(parameters)) != nil
            else { continue }
            return model
        }
        throw JobRefusal.noEqualModel(provider: provider)
    }

    /// Stops a generation of a member; its state afterwards.
    public func cancel(_ id: UUID, of member: UUID) throws -> Generation {
        try database.acting(for: member).transaction { connection in
            let outcome: String = try connection.one("select cancel_generation(\(member), \(id))")
            guard ["cancelled", "cancelling"].contains(outcome) else {
                throw Self.refusal(outcome, remainingMs: 0, balance: 0, credits: 0)
            }
            let kept: Generation = try connection.one("select \(sql: Generation.columns) where generations.id = \(id)")
            try Self.announce(kept, on: connection)
            return kept
        }
    }

    /// Deletes generations of a member with their files; how many there were.
    public func delete(_ ids: [UUID], of member: UUID) throws -> Int {
        try database.acting(for: member).one("select delete_generations(\(member), \(ids))")
    }

    /// Shows a finished video to everyone, or no longer.
    public func publish(_ id: UUID, of member: UUID, isPublic: Bool) throws -> Generation {
        let outcome: String = try database.acting(for: member).one(
            "select publish_generation(\(member), \(id), \(isPublic))")
        guard outcome == "done" else { throw Self.refusal(outcome, remainingMs: 0, balance: 0, credits: 0) }
        return try find(id, of: member)
    }

    /// A video that everyone may see, and who made it; nil when there is none.
    public func published(_ id: UUID) throws -> PublishedVideo? {
        try database.first(
            """
            select \(sql: Generation.columns)
            where generations.id = \(id) and generations.published_at is not null
            """
        ).map { generation in
            PublishedVideo(
                generation: generation,
                creator: try database.first(
                    "select username from users where id = \(generation.memberID)", as: String?.self) ?? nil)
        }
    }

    /// Makes a finished video a pending clip. `start` is where its part of 8.5 seconds begins when the video is longer.
    public func submitAsClip(
        _ id: UUID, of member: UUID, title: String, description: String, genre: String, start: Duration
    ) throws -> UUID {
        let kept = try find(id, of: member)
        guard start.inMilliseconds >= 0, start.inMilliseconds == 0 || start.inMilliseconds < (kept.videoMs ?? 0) - 500
        else {
            throw GenerationRefusal.trimOutOfRange
        }
        return try database.acting(for: member).transaction { connection in
            let row: Row = try connection.one(
                """
                select outcome, clip_id
                from submit_generation_as_clip(
                    \(member), \(id), \(title), \(description), \(genre), \(Int32(start.inMilliseconds)),
                    \(Int64(UploadPlan.partBytes))
                )
                """)
            let outcome: String = try row.value("outcome")
            if let refusal = FilmRefusal(outcome: outcome) { throw refusal }
            guard outcome == "done", let clip: UUID = try row.value("clip_id") else {
                throw Self.refusal(outcome, remainingMs: 0, balance: 0, credits: 0)
            }
            return clip
        }
    }

    /// Who may have the files of a video.
    public func access(_ id: UUID, for asker: UUID?) throws -> MediaAccess {
        let found: String = try database.one("select generation_access(\(id), \(asker))")
        return found == "everybody" ? .everybody : found == "asker" ? .asker : .nobody
    }
}

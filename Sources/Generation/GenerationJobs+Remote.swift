internal import FoundationEssentials
internal import Logging
internal import Money
internal import Platform
internal import Postgres
internal import Providers
internal import Queue
internal import Storage

extension GenerationJobs {
    /// Sends a request to its provider, at most once: the intent is committed before the call, and a worker that finds the
    /// intent of another sends nothing.
    func submit(_ job: SubmitGeneration, _ context: JobContext) throws -> JobOutcome {
        guard let kept = try generation(job.id, job.run, in: context.database) else { return .done() }
        guard let provider = try provider(kept.provider, in: context.database), provider.isConfigured else {
            if try move(kept, because: .notSetUp, context) { return .done() }
            return try stop(
                kept, .failed, "provider_unavailable",
                "\(kept.provider) is not set up on this site. Nothing was charged.",
                context)
        }
        let webhook = try webhookURL(kept, context)
        let begun = try begin(job.id, job.run, at: kept.provider, context)
        switch begun.outcome {
        case "go": break
        case "resting":
            switch begun.reason {
            case "open", "probing": _ = try move(kept, because: .outage, context)
            case "retry_after": _ = try move(kept, because: .busy, context)
            // The minute passes, and who paused the provider wants its videos to wait.
            default: break
            }
            return .done()
        case "over_cap":
            if try move(kept, because: .cap, context) { return .done() }
            return try stop(
                kept, .failed, "limit_provider",
                "This site has reached what it may spend at \(kept.provider) this month. Nothing was charged.", context)
        case "image": return .snooze(until: Date().addingTimeInterval(0.3))
        case "taken": return .snooze(until: Date().addingTimeInterval(1))
        case "no_image": return try refuseWithoutPicture(job.id, job.run, context)
        default: return .done()
        }
        let request: ProviderRequest
        do {
            request = try self.request(kept, provider, webhook, context)
        } catch {
            // Nothing was sent: the picture could not be read.
            return try unsubmitted(
                kept, begun.attempt, .notAccepted("The picture could not be read: \(error)", retryAfter: nil), context)
        }
        let submission: Submission
        let clock = ContinuousClock.now
        do {
            submission = try provider.submit(request)
        } catch {
            // First, so that what waits is not sent before the provider's rest is known.
            note(.submission, of: kept, CallResult(error), ContinuousClock.now - clock, context)
            return try unsubmitted(kept, begun.attempt, error, context)
        }
        let took = ContinuousClock.now - clock
        // The request is paid for from here on, so its id is recorded as soon as the database can.
        let interval = pace.interval(of: provider)
        try insist(context) {
            _ = try context.database.one(
                """
                select record_submission(
                    \(job.id), \(Int32(job.run)), \(Int32(begun.attempt)), \(submission.requestID),
                    \(try JSONText(encoding: submission.links)), \(JSONText(submission.answer)), \(interval)
                )
                """, as: Bool.self)
        }
        note(.submission, of: kept, .good, took, context)
        return .done()
    }

    /// What a provider is asked to make. The picture travels in the request, so that it needs no public address, unless it is
    /// larger than the provider takes.
    func request(
        _ kept: Generation, _ provider: any RemoteProvider, _ webhook: String?, _ context: JobContext
    ) throws -> ProviderRequest {
        var image: String?
        if let key = try sourceKey(kept, in: context.database) {
            let workspace = try storage.makeWorkspace()
            defer { try? Files.removeTree(workspace) }
            try storage.borrow(key, as: workspace + "/source.jpg")
            let bytes = try Files.read(workspace + "/source.jpg", count: 8 << 20)
            let inline = "data:image/jpeg;base64," + Data(bytes).base64EncodedString()
            let address = try kept.sourceImageID.flatMap { id in
                pictures.url(of: id, now: try context.database.one("select dailies_now()"))
            }
            image = inline.utf8.count > provider.inlineImageLimit ? address ?? inline : inline
        }
        let parameters: [String: JSON]
        if case .object(let members)? = JSON(Array(kept.parameters.text.utf8)) {
            parameters = members
        } else {
            parameters = [:]
        }
        let endpoint: String = try context.database.one("select endpoint from generations where id = \(kept.id)")
        var request = ProviderRequest(
            endpoint: endpoint, prompt: kept.prompt, negativePrompt: kept.negativePrompt, image: image,
            milliseconds: kept.frames == nil ? kept.durationMs : nil, aspectRatio: kept.aspectRatio, seed: kept.seed,
            parameters: parameters, webhookURL: webhook)
        request.reference = kept.id
        return request
    }

    /// What follows a call without a usable answer.
    private func unsubmitted(
        _ kept: Generation, _ attempt: Int, _ fault: ProviderFault, _ context: JobContext
    ) throws -> JobOutcome {
        context.log.notice("a submission failed", ["provider": .string(kept.provider), "fault": .string("\(fault)")])
        switch fault {
        case .lost(let reason):
            _ = try record(kept, context) { connection in
                try connection.execute(
                    "select record_lost_submission(\(kept.id), \(Int32(kept.run)), \(Int32(attempt)), \(reason))")
                return true
            }
            return .done()
        case .notAccepted(let reason, let seconds), .limited(let reason, let seconds):
            let wait = max(retryWait(attempt), .seconds(min(seconds ?? 0, 3_600)))
            return try sendAgain(kept, attempt, reason, wait, context)
        case .refused(let failure):
            return try stop(
                kept, .failed, failure.code, failure.message, spent: failure.isBilled ? kept.expected : nil,
                answer: failure.answer, context)
        case .unknownTask(let reason):
            return try stop(kept, .failed, "http_404", reason, context)
        }
    }

    /// What was not accepted is sent again, and after the last attempt to another row of the same model.
    func sendAgain(
        _ kept: Generation, _ attempt: Int, _ reason: String, _ wait: Duration, _ context: JobContext
    ) throws -> JobOutcome {
        let before: Int = try context.database.one("select attempts_before_move from generations where id = \(kept.id)")
        let other = attempt - before >= pace.attempts ? try substitute(for: kept, context) : nil
        _ = try record(kept, context) { connection in
            let outcome: String = try connection.one(
                """
                select record_unaccepted_submission(
                    \(kept.id), \(Int32(kept.run)), \(Int32(attempt)), \(reason),
                    \(Int32(pace.attempts + (other == nil ? 0 : 1))), \(wait), \(Int32(pace.places(at: kept.provider)))
                )
                """)
            guard outcome == "again", let other else { return outcome != "gone" }
            if try move(kept, to: other, because: .outage, on: connection) { return true }
            return try connection.one(
                """
                select stop_generation(
                    \(kept.id), \(Int32(kept.run)), 'failed', 'provider_unavailable', \(reason), false,
                    \(Int32(pace.places(at: kept.provider)))
                )
                """)
        }
        return .done()
    }

    /// Asks a provider how far a request is. Webhooks only bring this forward, so both ways end in one transition.
    func poll(_ job: PollGeneration, _ context: JobContext) throws -> JobOutcome {
        guard let kept = try generation(job.id, job.run, in: context.database), !kept.status.isFinal else {
            return .done()
        }
        let course: Course = try context.database.one(
            """
            select step, request_id, links, endpoint, deadline_at <= dailies_now() as is_overdue,
                extract(epoch from dailies_now() - coalesce(acknowledged_at, started_at))::int as age
            from generations
            where id = \(job.id)
            """)
        if kept.status == .uncertain { return try reconcile(kept, course, context) }
        guard course.step == "poll", let requestID = course.requestID,
            let provider = try provider(kept.provider, in: context.database)
        else { return .done() }
        let task = ProviderTask(requestID: requestID, endpoint: course.endpoint, links: course.links)
        if kept.isCancelling {
            // What the provider has begun may still be billed there.
            let bill = try bill(for: (try? provider.cancel(task)) ?? .unknown, kept, context)
            return try stop(
                kept, .cancelled, nil, nil, chargeWhenBegun: true, taken: bill?.credits, spent: bill?.cost, context)
        }
        let state: TaskState
        let clock = ContinuousClock.now
        do {
            state = try provider.poll(task)
        } catch {
            note(.poll, of: kept, CallResult(error), ContinuousClock.now - clock, context)
            return try unanswered(kept, provider, task, course, error, context)
        }
        if case .failed(let failure) = state, failure.isOutage {
            note(.poll, of: kept, .fault(), ContinuousClock.now - clock, context)
        } else {
            note(.poll, of: kept, .good, ContinuousClock.now - clock, context)
        }
        switch state {
        case .done(let result):
            _ = try record(kept, context) { connection in
                try connection.one(
                    """
                    select record_result(
                        \(job.id), \(Int32(job.run)), \(result.url), \(JSONText(result.answer)),
                        \(Int32(pace.places(at: kept.provider)))
                    )
                    """)
            }
            return .done()
        case .failed(let failure): return try failed(kept, failure, context)
        case .waiting, .running:
            if course.isOverdue { return try timeOut(kept, provider, task, context) }
            if case .running(let share) = state {
                try show(share.map { min(89, max(0, Int($0 * 90))) }, of: kept, isRunning: true, context)
            } else if case .waiting(let position) = state {
                try show(nil, position: position, of: kept, isRunning: false, context)
            }
            return try pollLater(kept, pace.interval(of: provider), context)
        }
    }

    private func unanswered(
        _ kept: Generation, _ provider: any RemoteProvider, _ task: ProviderTask, _ course: Course,
        _ error: ProviderFault,
        _ context: JobContext
    ) throws -> JobOutcome {
        context.log.notice("a poll failed", ["provider": .string(kept.provider), "fault": .string("\(error)")])
        if course.isOverdue { return try timeOut(kept, provider, task, context) }
        // A provider may need a moment until it knows its own request.
        if case .unknownTask(let reason) = error, course.age > 30 {
            return try stop(
                kept, .failed, "unknown_task", "\(reason): the request is gone. Nothing was charged.", context)
        }
        var wait = pace.interval(of: provider)
        switch error {
        case .notAccepted(_, let seconds?), .limited(_, let seconds?): wait = max(wait, .seconds(min(seconds, 120)))
        default: break
        }
        return try pollLater(kept, wait, context)
    }

    func pollLater(_ kept: Generation, _ wait: Duration, _ context: JobContext) throws -> JobOutcome {
        try context.complete { connection in
            try connection.execute("select schedule_poll(\(kept.id), \(Int32(kept.run)), \(wait))")
        }
        return .done()
    }

    private func timeOut(
        _ kept: Generation, _ provider: any RemoteProvider, _ task: ProviderTask, _ context: JobContext
    ) throws -> JobOutcome {
        let bill = try bill(for: (try? provider.cancel(task)) ?? .unknown, kept, context)
        return try stop(
            kept, .failed, "timeout",
            "\(kept.provider) took too long. The request was cancelled and nothing was charged.",
            spent: bill?.cost ?? kept.expected,
            context)
    }

    /// A failure that may pass is tried again within the same reservation.
    private func failed(_ kept: Generation, _ failure: ProviderFailure, _ context: JobContext) throws -> JobOutcome {
        guard failure.isRetryable else {
            return try stop(
                kept, .failed, failure.code, failure.message, spent: failure.isBilled ? kept.expected : nil,
                answer: failure.answer, context)
        }
        _ = try record(kept, context) { connection in
            let attempt: Int = try connection.one("select attempt from generations where id = \(kept.id)")
            let outcome: String = try connection.one(
                """
                select resubmit_generation(
                    \(kept.id), \(Int32(kept.run)), \(failure.message), \(JSONText(failure.answer)), \(Int32(pace.attempts)),
                    \(retryWait(attempt)), \(Int32(pace.places(at: kept.provider)))
                )
                """)
            guard outcome == "last" else { return outcome == "again" }
            try keepAnswer(failure.answer, of: kept, on: connection)
            return try connection.one(
                """
                select stop_generation(
                    \(kept.id), \(Int32(kept.run)), 'failed', \(failure.code), \(failure.message), false,
                    \(Int32(pace.places(at: kept.provider)))
                )
                """)
        }
        return .done()
    }

    /// Stops a request whose run is over, and books what it took as for a cancelled one.
    func cancelAtProvider(_ job: CancelAtProvider, _ context: JobContext) throws -> JobOutcome {
        var work = job.requestID == nil ? WorkDone.nothing : .unknown
        if let requestID = job.requestID, let provider = try provider(job.provider, in: context.database) {
            do {
                work = try provider.cancel(
                    ProviderTask(requestID: requestID, endpoint: job.endpoint, links: job.links))
            } catch {
                switch error {
                // After the last attempt it counts as not knowing, so that the run is settled all the same.
                case .notAccepted, .limited:
                    if context.attempt < CancelAtProvider.options.maxAttempts { throw error }
                default: break
                }
            }
        }
        let bill = try bill(for: work, job, context)
        try context.complete { connection in
            try connection.execute(
                """
                select settle_stopped_run(
                    \(job.id), \(Int32(job.run)), \(bill.map { Int32($0.credits) }), \(bill?.cost.description)::text::numeric,
                    \(job.hasBegun)
                )
                """)
        }
        return .done()
    }

    private func bill(
        for work: WorkDone, _ job: CancelAtProvider, _ context: JobContext
    ) throws -> (credits: Int, cost: Money)? {
        let run: Row? = try context.database.first(
            """
            select model_id, quality, expected_usd
            from generation_runs
            where generation_id = \(job.id) and run = \(Int32(job.run))
            """)
        guard let run else { return nil }
        let expected = try run.value("expected_usd", as: String?.self).flatMap { Money($0) } ?? .zero
        return try bill(
            for: work, of: try run.value("model_id"), quality: try run.value("quality"), job.parameters,
            expected: expected, context)
    }

    func provider(_ name: String, in database: Database) throws -> (any RemoteProvider)? {
        if name == ProviderRegistry.worker {
            return WorkerProvider(
                database: database, storage: storage,
                isConfigured: try database.one("select has_worker()"))
        }
        let mapping: JSONText? = try database.first("select mapping from provider_mappings where provider = \(name)")
        return providers.provider(name, mapping: mapping?.text)
    }

    /// The address for a provider's webhook. One that signs by a document of keys gets none until the document is known.
    private func webhookURL(_ kept: Generation, _ context: JobContext) throws -> String? {
        if providers.hasKeyDocument(kept.provider) {
            let isKnown: Bool = try context.database.one(
                """
                select exists (
                    select from provider_keys
                    where provider = \(kept.provider) and fetched_at > dailies_now() - interval '24 hours'
                )
                """)
            if !isKnown {
                guard let document = providers.keyDocument(of: kept.provider) else { return nil }
                try context.database.execute(
                    """
                    insert into provider_keys (provider, document, fetched_at)
                    values (\(kept.provider), \(document), dailies_now())
                    on conflict (provider) do update set document = excluded.document, fetched_at = excluded.fetched_at
                    """)
            }
        }
        return webhooks.url(kept.provider, kept.id, kept.run)
    }

    func retryWait(_ attempt: Int) -> Duration {
        BackOff(first: pace.firstRetry, longest: .seconds(300)).delay(after: attempt, jitter: Double.random(in: 0...1))
    }

    /// Runs a statement again while the database is away, as long as the job may run.
    private func insist(_ context: JobContext, _ body: () throws -> Void) throws {
        while true {
            do {
                return try body()
            } catch let error as DatabaseError {
                guard context.interruption == nil || context.interruption == .stopping else { throw error }
                context.log.error(
                    "a request's id cannot be recorded yet", ["error": .string(String(reflecting: error))])
                _ = Monitor(0).wait(until: .now + .milliseconds(500)) { _ in nil as Bool? }
            }
        }
    }

    struct Course: RowDecodable {
        let step: String?
        let requestID: String?
        let links: [String: String]
        let endpoint: String
        let isOverdue: Bool
        let age: Int

        init(row: Row) throws(DatabaseError) {
            step = try row.value("step")
            requestID = try row.value("request_id")
            links = (try? row.value("links", as: JSONText.self).decode([String: String].self)) ?? [:]
            endpoint = try row.value("endpoint")
            isOverdue = try row.value("is_overdue", as: Bool?.self) ?? false
            age = try row.value("age", as: Int?.self) ?? 0
        }
    }
}

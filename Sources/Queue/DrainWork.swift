internal import FoundationEssentials
internal import Logging
internal import Platform
internal import Postgres
internal import Synchronization

/// One run of a drain: the worker threads' part.
extension DrainRun {
    func work() {
        while let stored = nextJob() {
            let start = ContinuousClock.now
            perform(stored)
            let seconds = start.duration(to: .now).seconds
            board.withLock { $0.size.note(seconds: seconds) }
        }
    }

    private func nextJob() -> StoredJob? {
        let answer: StoredJob?? = store.wait { store in
            if let job = store.next() { return .some(job) }
            return store.isClosed ? .some(nil) : nil
        }
        return answer ?? nil
    }

    private func perform(_ stored: StoredJob) {
        let job = stored.job
        let holding = stored.holding
        guard let kind = registry.kinds[job.kind] else {
            return settle(stored, .failed("no such kind here"), BackOff())
        }
        let context = JobContext(
            id: job.id, attempt: job.attempt, createdAt: job.createdAt, database: database,
            log: log.with(["job": .int(Int(job.id)), "kind": .string(job.kind), "attempt": .int(job.attempt)]),
            holding: holding)
        holding.start()
        var isBatched = false
        let end = attempt(job, kind, context, isBatched: &isBatched)
        if holding.isSettled.load(ordering: .acquiring) {
            board.update { board in
                board.drop(holding)
                board.summary.completed += 1
            }
        } else if isBatched {
            board.update { $0.finish(holding) }
        } else {
            settle(stored, end, kind.options.backOff)
        }
    }

    private func attempt(
        _ job: TakenJob, _ kind: RegisteredKind, _ context: JobContext, isBatched: inout Bool
    ) -> AttemptEnd {
        do {
            try context.checkPoint()
            switch try kind.run(job.payload, context) {
            case .done(nil):
                isBatched = true
                return .done
            case .done(let effect?):
                try context.complete(effect)
                return .done
            case .retry(let delay, let reason): return .retry(after: delay, reason: reason)
            case .snooze(let time): return .snooze(until: time)
            case .cancel(let reason): return .cancel(reason: reason)
            case .discard(let reason): return .discard(reason: reason)
            }
        } catch let interruption as JobInterruption {
            return .interrupted(interruption)
        } catch {
            return .failed(describe(error))
        }
    }

    private func settle(_ stored: StoredJob, _ end: AttemptEnd, _ backOff: BackOff) {
        let job = stored.job
        let holding = stored.holding
        let verdict = Verdict.of(
            end, attempt: job.attempt, maxAttempts: job.maxAttempts, isCancelled: holding.interruption == .cancelled,
            backOff: backOff, jitter: .random(in: 0..<1))
        report(job, verdict)
        do {
            let isStillHeld =
                try verdict == .leave
                || database.withConnection { try Settling.settle(holding.fence, verdict, on: $0) }
            board.update { board in
                board.drop(holding)
                board.note(verdict, isStillHeld: isStillHeld)
            }
        } catch {
            // Off the board its lease runs out, and it is done again: the row is the truth, not this process.
            board.update { $0.drop(holding) }
            log.error(
                "the end of a job could not be recorded",
                [
                    "job": .int(Int(job.id)), "kind": .string(job.kind), "end": .string("\(verdict)"),
                    "error": .string(describe(error)),
                ])
        }
    }

    private func report(_ job: TakenJob, _ verdict: Verdict) {
        var fields: [String: LogValue] = [
            "job": .int(Int(job.id)), "kind": .string(job.kind), "attempt": .int(job.attempt),
        ]
        switch verdict {
        case .finish(.failed, let error):
            fields["error"] = .string(error ?? "")
            log.error("a job failed for good", fields)
        case .again(let delay, true, let error):
            fields["error"] = .string(error ?? "")
            fields["delay"] = .double(delay.seconds)
            log.warning("a job failed and will be tried again", fields)
        case .finish(.cancelled, _): log.notice("a job was cancelled", fields)
        case .leave: log.notice("a job was taken over by another worker", fields)
        default: break
        }
    }
}

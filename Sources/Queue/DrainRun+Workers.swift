internal import FoundationEssentials
internal import Logging
internal import Platform
internal import Postgres
internal import Synchronization

/// The worker threads of a drain.
extension DrainRun {
    func work() {
        while let buffered = nextJob() {
            let start = ContinuousClock.now
            perform(buffered)
            let seconds = start.duration(to: .now).seconds
            state.withLock { $0.size.note(seconds: seconds) }
        }
    }

    private func nextJob() -> BufferedJob? {
        let answer: BufferedJob?? = buffer.wait { buffer in
            if let job = buffer.next() { return .some(job) }
            return buffer.isClosed ? .some(nil) : nil
        }
        return answer ?? nil
    }

    private func perform(_ buffered: BufferedJob) {
        let job = buffered.job
        let heldJob = buffered.heldJob
        guard let kind = registry.kinds[job.kind] else {
            return settle(buffered, .failed("this process does not know the kind"), BackOff())
        }
        let context = JobContext(
            id: job.id, attempt: job.attempt, createdAt: job.createdAt, database: database,
            log: log.with(["job": .int(Int(job.id)), "kind": .string(job.kind), "attempt": .int(job.attempt)]),
            heldJob: heldJob)
        heldJob.start()
        var isBatched = false
        let end = attempt(job, kind, context, isBatched: &isBatched)
        if heldJob.isSettled.load(ordering: .acquiring) {
            state.update { state in
                state.drop(heldJob)
                state.summary.completed += 1
            }
        } else if isBatched {
            state.update { $0.finish(heldJob) }
        } else {
            settle(buffered, end, kind.options.backOff)
        }
    }

    private func attempt(
        _ job: ClaimedJob, _ kind: RegisteredKind, _ context: JobContext, isBatched: inout Bool
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

    private func settle(_ buffered: BufferedJob, _ end: AttemptEnd, _ backOff: BackOff) {
        let job = buffered.job
        let heldJob = buffered.heldJob
        let transition = JobTransition.of(
            end, attempt: job.attempt, maxAttempts: job.maxAttempts, isCancelled: heldJob.interruption == .cancelled,
            backOff: backOff, jitter: .random(in: 0..<1))
        report(job, transition)
        do {
            let isStillHeld =
                try transition == .leave
                || database.withConnection { try JobCompletion.apply(heldJob.fence, transition, on: $0) }
            state.update { state in
                state.drop(heldJob)
                state.note(transition, isStillHeld: isStillHeld)
            }
        } catch {
            // No longer held, its lease runs out and it runs again: the row decides, not this process.
            state.update { $0.drop(heldJob) }
            log.error(
                "the end of a job could not be recorded",
                [
                    "job": .int(Int(job.id)), "kind": .string(job.kind), "end": .string("\(transition)"),
                    "error": .string(describe(error)),
                ])
        }
    }

    private func report(_ job: ClaimedJob, _ transition: JobTransition) {
        var fields: [String: LogValue] = [
            "job": .int(Int(job.id)), "kind": .string(job.kind), "attempt": .int(job.attempt),
        ]
        switch transition {
        case .finish(.failed, let error):
            fields["error"] = .string(error ?? "")
            log.error("a job failed for good", fields)
        case .again(let delay, true, let error):
            fields["error"] = .string(error ?? "")
            fields["delay"] = .double(delay.seconds)
            log.warning("a job failed and will be tried again", fields)
        case .finish(.cancelled, _): log.notice("a job was cancelled", fields)
        case .leave: log.notice("another worker has claimed a job", fields)
        default: break
        }
    }
}

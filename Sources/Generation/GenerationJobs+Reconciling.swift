internal import FoundationEssentials
internal import Logging
internal import Postgres
internal import Providers
internal import Queue

extension GenerationJobs {
    /// Looks whether the provider has a request whose answer is missing, in its list where it has one. A request that the list
    /// does not have in time was not accepted. Without a list it waits for a webhook or its deadline.
    func reconcile(_ kept: Generation, _ course: Course, _ context: JobContext) throws -> JobOutcome {
        if !course.isOverdue || kept.isCancelling, let provider = try provider(kept.provider, in: context.database) {
            let attempt: Row = try context.database.one(
                """
                select attempt, intended_at
                from generation_attempts
                where generation_id = \(kept.id) and run = \(Int32(kept.run))
                order by attempt desc
                limit 1
                """)
            // Clocks differ.
            let since = try attempt.value("intended_at", as: Date.self).addingTimeInterval(-30)
            do {
                let request = try self.request(kept, provider, nil, context)
                if let found = try provider.requests(like: request, since: since) {
                    let outcome: String = try context.database.one(
                        "select claim_listed_request(\(kept.id), \(Int32(kept.run)), \(found))")
                    if outcome == "claimed" {
                        context.log.notice("a lost request is found", ["provider": .string(kept.provider)])
                        return .done()
                    }
                    if kept.isCancelling { return try stop(kept, .cancelled, nil, nil, context) }
                    if outcome == "none", .seconds(course.age) >= pace.reconcileAfter {
                        return try sendAgain(
                            kept, try attempt.value("attempt"), "\(kept.provider) has no such request",
                            retryWait(1), context)
                    }
                    return try pollLater(kept, min(.seconds(15), pace.reconcileAfter), context)
                }
            } catch let fault as ProviderFault {
                context.log.notice(
                    "a provider's list was not read",
                    ["provider": .string(kept.provider), "fault": .string("\(fault)")])
                if !kept.isCancelling { return try pollLater(kept, .seconds(15), context) }
            }
        }
        if kept.isCancelling { return try stop(kept, .cancelled, nil, nil, context) }
        guard course.isOverdue else {
            try context.complete { connection in
                try connection.execute(
                    "select enqueue_poll(generations, deadline_at) from generations where id = \(kept.id)")
            }
            return .done()
        }
        return try stop(
            kept, .failed, "lost", "\(kept.provider) did not confirm the request. Nothing was charged.", context)
    }
}

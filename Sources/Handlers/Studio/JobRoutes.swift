internal import FoundationEssentials
public import Generation
public import HTTP
internal import Postgres
internal import SharedHandlers
internal import Text

extension StudioRoutes {
    /// The queue as admins see it, and what they do with it.
    public static func jobRoutes(_ operation: JobOperation) -> [Route] {
        [
            list(operation), show(operation), cancel(operation), redrive(operation), reorder(operation),
            pause(operation), resume(operation), settle(operation),
        ]
    }

    private static func list(_ operation: JobOperation) -> Route {
        .get(
            "/api/jobs", access: .admin, limit: .api,
            query: [
                .optional("state", .choice(JobEntryState.allCases.map(\.rawValue)), "Only jobs in this state."),
                .optional("kind", .string(1...63), "Only this kind of job; `generation` for videos."),
                .optional("provider", .string(1...40), "Only videos of this provider."),
                .optional(
                    "group", .choice(JobGroup.allCases.map(\.rawValue)),
                    "Only kinds for this. Without it, upkeep that has ended is left out."),
            ] + .paging(),
            features: ["ARENA-06", "GEN-16", "JOB-05"],
            summary:
                "Jobs from the newest, with counts by state, queues, kinds and providers. A video is one entry in place of its steps."
        ) { context in
            var filter = JobFilter()
            filter.state = context.text(query: "state").flatMap(JobEntryState.init)
            filter.kind = context.text(query: "kind")
            filter.provider = context.text(query: "provider")
            filter.group = context.text(query: "group").flatMap(JobGroup.init)
            filter.page = context.pageRequest
            return try operation.list(filter, for: try context.member().id)
        }
    }

    private static func show(_ operation: JobOperation) -> Route {
        .get(
            "/api/admin/jobs/[id]", access: .admin, limit: .api, features: ["JOB-05"],
            summary: "One job or video: its payload, and every attempt with the provider's answer."
        ) { context in
            guard let reference = JobReference(context.parameter("id")) else { throw JobRefusal.notFound }
            return try operation.find(reference, for: try context.member().id)
        }
    }

    private static func cancel(_ operation: JobOperation) -> Route {
        .post(
            "/api/admin/jobs/cancel", access: .admin, body: NameJobsInput.self, features: ["JOB-03", "ARENA-06"],
            summary: "Cancels jobs and videos. What runs is asked to end, at its provider too."
        ) { context, input in
            JobOutcomes(outcomes: try operation.cancel(input.ids.references(), by: try context.member().id))
        }
    }

    private static func redrive(_ operation: JobOperation) -> Route {
        .post(
            "/api/admin/jobs/redrive", access: .admin, body: RedriveJobsInput.self, features: ["JOB-05", "GEN-05"],
            summary:
                "Puts dead letters back, by id or by filter (\(JobOperation.batchLimit) at once), videos also at another provider."
        ) { context, input in
            let admin = try context.member().id
            switch (input.ids, input.filter) {
            case (let ids?, nil):
                return JobOutcomes(
                    outcomes: try operation.redrive(ids.references(), at: input.provider, by: admin))
            case (nil, let named?):
                var filter = JobFilter()
                filter.state = named.state
                filter.kind = named.kind
                filter.provider = named.provider
                filter.group = named.group
                let (outcomes, hasMore) = try operation.redrive(where: filter, at: input.provider, by: admin)
                return JobOutcomes(outcomes: outcomes, hasMore: hasMore)
            default: throw JobRefusal.nothingNamed
            }
        }
    }

    private static func reorder(_ operation: JobOperation) -> Route {
        .post(
            "/api/admin/jobs/reorder", access: .admin, body: ReorderJobsInput.self, features: ["JOB-05"],
            summary: "Moves waiting jobs to the front or the end of their queue, or back to their usual order."
        ) { context, input in
            JobsMoved(
                ids: try operation.reorder(input.ids.references(), to: input.place, by: try context.member().id))
        }
    }

    private static func pause(_ operation: JobOperation) -> Route {
        .post(
            "/api/admin/jobs/pause", access: .admin, body: PauseJobsInput.self, features: ["GEN-16", "JOB-05"],
            summary: "Stops claiming jobs of a queue or a kind, or sending to a provider. What runs ends as usual."
        ) { context, input in
            let reason = input.reason?.trimmed
            try operation.pause(
                input.scope, input.name, reason: reason?.isEmpty == true ? nil : reason,
                by: try context.member().id)
            return try operation.overview(for: try context.member().id)
        }
    }

    private static func resume(_ operation: JobOperation) -> Route {
        .post(
            "/api/admin/jobs/resume", access: .admin, body: ResumeJobsInput.self, features: ["GEN-16", "JOB-05"],
            summary: "Lets jobs of a paused queue or kind be claimed again, or sends what waits for a provider."
        ) { context, input in
            try operation.resume(input.scope, input.name, by: try context.member().id)
            return try operation.overview(for: try context.member().id)
        }
    }

    private static func settle(_ operation: JobOperation) -> Route {
        .post(
            "/api/admin/jobs/settle", access: .admin, body: SettleVideoInput.self, features: ["GEN-04", "JOB-05"],
            summary:
                "Says what became of an uncertain video at its provider: it was made under a request's id, or never."
        ) { context, input in
            let admin = try context.member().id
            let named = input.requestID?.trimmed
            switch input.outcome {
            case .made:
                guard let named, !named.isEmpty else { throw JobRefusal.requestNeeded }
                try operation.settle(input.id, requestID: named, by: admin)
            case .neverMade:
                try operation.settle(input.id, requestID: nil, by: admin)
            }
            return try operation.find(.video(input.id), for: admin)
        }
    }
}

extension [String] {
    /// The jobs and videos that they name.
    fileprivate func references() throws -> [JobReference] {
        try map { text in
            guard let reference = JobReference(text) else {
                throw Problem.invalid("ids", "format", "“ids” needs numbers of jobs and ids of videos.")
            }
            return reference
        }
    }
}

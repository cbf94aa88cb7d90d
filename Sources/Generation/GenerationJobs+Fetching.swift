internal import FoundationEssentials
internal import Logging
internal import Platform
internal import Postgres
internal import Providers
internal import Queue
internal import Storage

extension GenerationJobs {
    /// Fetches a finished video, and keeps it as it came.
    func fetchResult(_ job: FetchGeneration, _ context: JobContext) throws -> JobOutcome {
        guard let kept = try generation(job.id, job.run, in: context.database), kept.status == .processing,
            let provider = try provider(kept.provider, in: context.database)
        else { return .done() }
        let course: Course = try context.database.one(
            """
            select step, request_id, links, endpoint, false as is_overdue, 0 as age
            from generations
            where id = \(job.id)
            """)
        let url: String? = try context.database.one(
            "select result_url from generations where id = \(job.id)", as: String?.self)
        guard course.step == "fetch", let url else { return .done() }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        do {
            if let workers = provider as? WorkerProvider {
                try workers.fetch(url, to: workspace + "/fetched")
            } else {
                try fetch.fetch(url, from: provider.results, to: workspace + "/fetched")
            }
        } catch {
            context.log.notice(
                "a result was not fetched", ["provider": .string(kept.provider), "fault": .string("\(error)")])
            if case .refused = error, let fresh = freshURL(provider, course), fresh != url {
                try context.database.execute("update generations set result_url = \(fresh) where id = \(job.id)")
                return .retry(after: .seconds(1), reason: "the address of the result had expired")
            }
            guard !error.isRetryable || context.attempt >= FetchGeneration.options.maxAttempts else { throw error }
            let words =
                switch error {
                case .foreignAddress: "The result is not on one of the provider's own addresses."
                case .tooLarge: "The result is larger than 512 MB."
                case .refused(let status): "The provider no longer gives the result out (\(status))."
                case .failed: "The result could not be fetched."
                }
            return try stop(kept, .failed, "result_unavailable", words + " Nothing was charged.", context)
        }
        try context.checkPoint()
        let key = try keep(workspace + "/fetched", of: kept.id, as: "original")
        let isRecorded = try record(kept, context) { connection in
            try connection.one(
                "select record_original(\(job.id), \(Int32(job.run)), \(key.text), \(Int32(pace.concurrency)))")
        }
        if !isRecorded { try forget(kept.id, in: context.database) }
        (provider as? WorkerProvider)?.forgetParts(url)
        return .done()
    }

    /// Some addresses expire, and the provider gives out fresh ones.
    private func freshURL(_ provider: any RemoteProvider, _ course: Course) -> String? {
        guard let requestID = course.requestID,
            case .done(let result)? = try? provider.poll(
                ProviderTask(requestID: requestID, endpoint: course.endpoint, links: course.links))
        else { return nil }
        return result.url
    }
}

internal import FoundationEssentials
internal import Platform
internal import Postgres
internal import Providers
internal import Storage
internal import Text

/// The provider that this site's own workers are. A request is a row of `worker_tasks`, which a worker claims when it asks for
/// work: to the course of a generation it looks like any other provider.
struct WorkerProvider: RemoteProvider {
    let name = ProviderRegistry.worker
    let isConfigured: Bool
    let pollInterval = Duration.seconds(1)
    /// Nothing is fetched from an address.
    let results = ResultSource(hosts: [], baseURL: "")
    private let database: Database
    private let storage: any MediaStorage

    init(database: Database, storage: any MediaStorage, isConfigured: Bool) {
        self.database = database
        self.storage = storage
        self.isConfigured = isConfigured
    }

    /// A lost answer is found again by `requests(like:since:)`, so nothing is made twice.
    func submit(_ request: ProviderRequest) throws(ProviderFault) -> Submission {
        do {
            let input = JSON.object(Self.input(request)).text
            let id: UUID = try database.one(
                """
                insert into worker_tasks (generation_id, endpoint, input, created_at)
                values (\(request.reference), \(request.endpoint), \(JSONText(input)), dailies_now())
                returning id
                """)
            return Submission(requestID: id.text, links: [:], answer: "null")
        } catch {
            throw .lost("the task was not confirmed: \(error)")
        }
    }

    func requests(like request: ProviderRequest, since moment: Date) throws(ProviderFault) -> [String]? {
        guard let generation = request.reference else { return [] }
        do {
            let ids: [UUID] = try database.query(
                """
                select id
                from worker_tasks
                where generation_id = \(generation) and created_at >= \(moment)
                order by created_at desc
                """)
            return ids.map(\.text)
        } catch {
            throw .notAccepted("\(error)", retryAfter: nil)
        }
    }

    func poll(_ task: ProviderTask) throws(ProviderFault) -> TaskState {
        guard let kept = try find(task) else { throw .unknownTask("\(name) has no task \(task.requestID)") }
        switch kept.state {
        case "done":
            return .done(ProviderResult(url: Self.address(of: kept), answer: kept.made ?? "null"))
        case "failed":
            // That a worker could not do one task does not show that no worker works.
            return .failed(
                ProviderFailure(
                    kept.error ?? "The worker failed.", code: kept.errorCode ?? "worker_failed",
                    isRetryable: kept.isRetryable, isOutage: false))
        case "cancelled":
            return .failed(ProviderFailure("The task was cancelled.", code: "cancelled", isRetryable: false))
        case "running" where kept.isExhausted:
            _ = try cancel(task)
            return .failed(
                ProviderFailure(
                    "Three workers in a row stopped while they made it.", code: "worker_lost", isRetryable: false,
                    isOutage: true))
        case "running":
            return .running(progress: kept.steps > 0 ? Double(kept.step) / Double(kept.steps) : nil)
        default:
            return .waiting(position: kept.ahead)
        }
    }

    /// The worker learns of it with its next heartbeat.
    func cancel(_ task: ProviderTask) throws(ProviderFault) -> WorkDone {
        guard let id = UUID(uuidString: task.requestID) else { return .nothing }
        do {
            let row: Row = try database.one("select leases, worked_ms from cancel_worker_task(\(id))")
            for lease in try row.value("leases", as: [UUID].self) { try storage.deleteParts(of: lease) }
            let worked: Int64? = try row.value("worked_ms")
            return worked.map { .took(.milliseconds($0)) } ?? .nothing
        } catch {
            throw .notAccepted("\(error)", retryAfter: nil)
        }
    }

    func verify(_ delivery: WebhookDelivery) throws(WebhookFault) -> WebhookHint { throw .unexpected }

    /// Joins the parts that a worker has sent, and checks them once more.
    func fetch(_ address: String, to path: String) throws(ResultFetch.Fault) {
        guard let lease = Self.lease(in: address) else { throw .foreignAddress }
        let row: Row?
        do {
            row = try database.first(
                "select part_count, sha256 from worker_tasks where lease = \(lease) and state = 'done'")
        } catch {
            throw .failed("\(error)")
        }
        guard let row, let count = try? row.value("part_count", as: Int.self),
            let checksum = try? row.value("sha256", as: String.self)
        else { throw .refused(status: 404) }
        do {
            try storage.assemble(lease, count: count, to: path)
            guard try ContentHash.of(path) == checksum else { throw ResultFetch.Fault.refused(status: 410) }
        } catch let fault as ResultFetch.Fault {
            throw fault
        } catch {
            if case .missing? = error as? StorageFault { throw .refused(status: 404) }
            throw .failed("\(error)")
        }
    }

    /// Deletes the parts of a file that is kept. What fails is swept later.
    func forgetParts(_ address: String) {
        if let lease = Self.lease(in: address) { try? storage.deleteParts(of: lease) }
    }

    private static let scheme = "worker:"

    private static func address(of kept: Task) -> String { scheme + (kept.lease?.text ?? "") }

    private static func lease(in address: String) -> UUID? {
        address.hasPrefix(scheme) ? UUID(uuidString: String(address.dropFirst(scheme.count))) : nil
    }

    private static func input(_ request: ProviderRequest) -> [String: JSON] {
        var input = request.parameters
        input["positive_prompt"] = .string(request.prompt)
        if let negative = request.negativePrompt { input["negative_prompt"] = .string(negative) }
        if let seed = request.seed { input["seed"] = .number(Decimal(seed)) }
        if let image = request.image { input["image"] = .string(image) }
        return input
    }

    private func find(_ task: ProviderTask) throws(ProviderFault) -> Task? {
        guard let id = UUID(uuidString: task.requestID) else { return nil }
        do {
            return try database.first(
                """
                select state, lease, step, steps, made, error, error_code, coalesce(is_retryable, false) as is_retryable,
                    coalesce(leased_until < dailies_now(), false) and claims >= 3 as is_exhausted,
                    (
                        select count(*)::int
                        from worker_tasks before
                        where before.state = 'queued' and before.endpoint = worker_tasks.endpoint
                            and (before.created_at, before.id) < (worker_tasks.created_at, worker_tasks.id)
                    ) as ahead
                from worker_tasks
                where id = \(id)
                """)
        } catch {
            throw .notAccepted("\(error)", retryAfter: nil)
        }
    }

    private struct Task: RowDecodable {
        let state: String
        let lease: UUID?
        let step: Int
        let steps: Int
        let made: String?
        let error: String?
        let errorCode: String?
        let isRetryable: Bool
        let isExhausted: Bool
        let ahead: Int

        init(row: Row) throws(DatabaseError) {
            state = try row.value("state")
            lease = try row.value("lease")
            step = try row.value("step")
            steps = try row.value("steps")
            made = try row.value("made", as: JSONText?.self)?.text
            error = try row.value("error")
            errorCode = try row.value("error_code")
            isRetryable = try row.value("is_retryable")
            isExhausted = try row.value("is_exhausted")
            ahead = try row.value("ahead")
        }
    }
}

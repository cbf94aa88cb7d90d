internal import Crypto
public import FoundationEssentials
public import Postgres
public import Refusals
internal import Text

/// The secret of a worker, `dlw_` and 256 random bits. It is shown to its maker once; the database keeps the hash.
public struct WorkerToken: Sendable, Hashable, CustomStringConvertible {
    /// What every token begins with, so that leaked ones can be searched for.
    public static let prefix = "dlw_"
    /// How many characters a token has.
    public static let length = prefix.utf8.count + 43

    /// The token as it is sent.
    public let text: String
    let hash: [UInt8]

    /// A new token.
    public static func random() -> WorkerToken { WorkerToken(bytes: SecureRandom.bytes(32)) }

    /// A token that a client sends; nil when it has not the form of one, so that no lookup is needed.
    public init?(_ text: String) {
        guard text.utf8.count == Self.length, text.hasPrefix(Self.prefix),
            let bytes = Text.bytes(base64url: text.dropFirst(Self.prefix.count)), bytes.count == 32
        else { return nil }
        self.init(bytes: bytes)
    }

    private init(bytes: [UInt8]) {
        text = Self.prefix + Text.base64url(bytes)
        hash = SHA256.hash(bytes)
    }

    /// Nothing of the token.
    public var description: String { "WorkerToken" }
}

/// Why a call about workers failed.
public typealias WorkerError = DomainError<WorkerRefusal>

/// A request about workers, or of one, that a rule does not allow.
public enum WorkerRefusal: Refusal, Equatable {
    /// Another worker has the name.
    case nameTaken
    /// There is no such worker.
    case notFound
    /// The token is unknown, or was revoked.
    case unknownToken
    /// The worker no longer holds the task: it was cancelled, has ended, or was given to another.
    case leaseLost
    /// No upload was begun for the task.
    case noUpload
    /// The file that has arrived is not the one that was announced.
    case wrongChecksum

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .nameTaken: "name_taken"
        case .notFound: "worker_not_found"
        case .unknownToken: "bad_token"
        case .leaseLost: "lease_lost"
        case .noUpload: "no_upload"
        case .wrongChecksum: "checksum_mismatch"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .nameTaken: "Another worker has that name. Choose another name, or revoke the other worker."
        case .notFound: "There is no such worker, or it was revoked already."
        case .unknownToken: "This token is not valid. An admin makes one on /admin/providers."
        case .leaseLost: "This job was cancelled, has ended, or was given to another worker. Drop it."
        case .noUpload: "Ask for addresses at /api/worker/upload and send the file first."
        case .wrongChecksum: "What has arrived is not the announced file. It was deleted; send it again."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .nameTaken, .leaseLost: .conflict
        case .notFound: .notFound
        case .unknownToken: .unauthenticated
        case .noUpload, .wrongChecksum: .invalid(field: "sha256")
        }
    }
}

/// A worker in the admins' list.
public struct WorkerSummary: Sendable, RowDecodable {
    /// What names it.
    public let id: UUID
    /// What admins call it.
    public let name: String
    /// When its token was made.
    public let createdAt: Date
    /// When it last asked or reported something, to a few seconds; nil when never.
    public let lastSeenAt: Date?
    /// The models that it runs, by the endpoints of the catalog.
    public let models: [String]
    /// Its card, as it says.
    public let device: String?
    /// Its version, as it says.
    public let version: String?
    /// The step that its current task has reached; nil when it has no task.
    public let step: Int?
    /// The steps of its current task.
    public let steps: Int?
    /// The tasks of the last two days that it did.
    public let done: Int
    /// Those that it could not do.
    public let failed: Int

    /// Reads a row of `list_workers`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        name = try row.value("name")
        createdAt = try row.value("created_at")
        lastSeenAt = try row.value("last_seen_at")
        models = try row.value("models")
        let facts = (try? row.value("facts", as: JSONText.self).decode([String: String].self)) ?? [:]
        device = facts["device"]
        version = facts["version"]
        step = try row.value("task_step")
        steps = try row.value("task_steps")
        done = try row.value("done_count")
        failed = try row.value("failed_count")
    }
}

/// The workers of a site, as admins manage them.
public struct Workers: Sendable {
    private let database: Database

    /// The workers of a database.
    public init(database: Database) {
        self.database = database
    }

    /// Makes a worker known, and answers its token.
    public func create(_ name: String, by admin: UUID) throws(WorkerError) -> (id: UUID, token: WorkerToken) {
        try WorkerError.wrapping {
            let token = WorkerToken.random()
            let row: Row = try database.acting(for: admin).one(
                "select outcome, worker_id from create_worker(\(admin), \(name), \(token.hash))")
            guard try row.value("outcome", as: String.self) == "created" else { throw WorkerRefusal.nameTaken }
            return (try row.value("worker_id"), token)
        }
    }

    /// Takes a worker's token away, in every process at once.
    public func revoke(_ id: UUID, by admin: UUID) throws(WorkerError) {
        try WorkerError.wrapping {
            let outcome: String = try database.acting(for: admin).one("select revoke_worker(\(admin), \(id))")
            guard outcome == "done" else { throw WorkerRefusal.notFound }
        }
    }

    /// The workers whose tokens are good, by name.
    public func list(for admin: UUID) throws(DatabaseError) -> [WorkerSummary] {
        try database.acting(for: admin).query("select * from list_workers(\(admin))")
    }
}

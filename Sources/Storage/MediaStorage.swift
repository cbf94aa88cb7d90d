public import FoundationEssentials

/// A place where uploads arrive and media are kept.
public protocol MediaStorage: Sendable {
    /// The parts of an upload that have arrived, with their bytes.
    func stagedParts(of upload: UUID) throws(StorageFault) -> [Int: Int]

    /// Cuts a local file into an upload's parts, as if they had been uploaded.
    func stage(_ path: String, as upload: UUID, plan: UploadPlan) throws(StorageFault)

    /// Writes parts 1 to `count` one after another into a local file; the parts stay.
    func assemble(_ upload: UUID, count: Int, to path: String) throws(StorageFault)

    /// Deletes an upload's parts.
    func deleteParts(of upload: UUID) throws(StorageFault)

    /// Creates a local directory to work in. The caller removes it; if the caller dies, the sweep does.
    func makeWorkspace() throws(StorageFault) -> String

    /// Moves a local file into the storage, atomically and durably.
    func store(_ path: String, as key: StorageKey) throws(StorageFault)

    /// Copies an object to a local file.
    func fetch(_ key: StorageKey, to path: String) throws(StorageFault)

    /// Makes an object readable under a local path, without a copy where that is possible. Its bytes must not be changed
    /// there.
    func borrow(_ key: StorageKey, as path: String) throws(StorageFault)

    /// The keys of all objects that belong to an owner, such as a clip or a season.
    func objects(of owner: UUID) throws(StorageFault) -> [StorageKey]

    /// Deletes an object. A missing one is no error.
    func delete(_ key: StorageKey) throws(StorageFault)

    /// Deletes what was abandoned: parts of uploads older than `partsBefore` unless `isWanted`, and working files older than
    /// `workBefore`.
    func sweep(
        partsBefore: Date, workBefore: Date, isWanted: (UUID) throws -> Bool
    ) throws -> SweepReport

    /// The address of an object for a browser.
    func url(for key: StorageKey) -> String

    /// Free space in bytes; nil when the back end does not know.
    var freeBytes: Int? { get }

    /// Bytes of every part of an upload but the last; nil when a file is sent as a whole.
    var partBytes: Int? { get }

    /// How a browser sends the parts of an upload.
    func permission(_ request: UploadRequest) throws(StorageFault) -> UploadPermission

    /// Where nginx reads an object that is not a file of this machine, in the order in which it tries. Calls no server.
    func sources(of key: StorageKey, now: Date, lifetime: Int) -> [MediaSource]
}

extension MediaStorage {
    /// Parts that nginx takes.
    public var partBytes: Int? { UploadPlan.partBytes }

    /// nginx of this site takes the parts.
    public func permission(_ request: UploadRequest) throws(StorageFault) -> UploadPermission { .local(request) }

    /// None: all objects are files of this machine.
    public func sources(of key: StorageKey, now: Date, lifetime: Int) -> [MediaSource] { [] }

    /// Copies.
    public func borrow(_ key: StorageKey, as path: String) throws(StorageFault) { try fetch(key, to: path) }
}

/// What a sweep deleted.
public struct SweepReport: Sendable, Equatable {
    /// Uploads whose parts were deleted.
    public var uploads = 0
    /// Left-over working files and directories.
    public var leftovers = 0
    /// Bytes freed.
    public var bytes = 0

    /// Nothing yet.
    public init() {}
}

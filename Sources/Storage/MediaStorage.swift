public import FoundationEssentials

/// Where uploads arrive and media are kept.
public protocol MediaStorage: Sendable {
    /// The parts of an upload that have arrived, with their bytes.
    func stagedParts(of upload: UUID) throws(StorageFault) -> [Int: Int]

    /// Cuts a local file into an upload's parts, as if they had been sent.
    func stage(_ path: String, as upload: UUID, plan: UploadPlan) throws(StorageFault)

    /// Writes parts 1 to `count` one after another into a local file; the parts stay.
    func assemble(_ upload: UUID, count: Int, to path: String) throws(StorageFault)

    /// Forgets an upload's parts.
    func deleteParts(of upload: UUID) throws(StorageFault)

    /// A new local directory to work in; the caller removes it, and the sweep does if the caller dies.
    func makeWorkspace() throws(StorageFault) -> String

    /// Takes a local file into the storage at once and durably; the local file is gone afterwards.
    func store(_ path: String, as key: StorageKey) throws(StorageFault)

    /// Copies an object to a local file.
    func fetch(_ key: StorageKey, to path: String) throws(StorageFault)

    /// The keys of all objects that belong to an owner, such as a clip.
    func objects(of owner: UUID) throws(StorageFault) -> [StorageKey]

    /// Removes an object; none there is fine.
    func delete(_ key: StorageKey) throws(StorageFault)

    /// Removes what nobody came back for: parts of uploads older than `partsBefore` unless `isWanted`, and work left
    /// over since `workBefore`.
    func sweep(
        partsBefore: Date, workBefore: Date, isWanted: (UUID) throws -> Bool
    ) throws -> SweepReport

    /// The address of an object for a browser.
    func url(for key: StorageKey) -> String

    /// Bytes that can still be kept, when the back end knows.
    var freeBytes: Int? { get }
}

/// What a sweep removed.
public struct SweepReport: Sendable, Equatable {
    /// Uploads whose parts are gone.
    public var uploads = 0
    /// Left-over working files and directories.
    public var leftovers = 0
    /// Bytes set free.
    public var bytes = 0

    /// Nothing yet.
    public init() {}
}

public import FoundationEssentials
public import Postgres
public import Storage

/// Removes objects of the storage that no row names any more: old renditions, and what crashed work left.
///
/// An object is stored before its row is committed, so young ones stay. The names are read after the list: what a row names by
/// then is kept.
public struct Pruning: Sendable {
    /// The shortest time after which an object that no row names is left over; no work takes a day.
    public static let leastGrace = Duration.seconds(24 * 3_600)

    /// What was found.
    public struct Report: Sendable, Equatable {
        /// Objects that no row names, by name.
        public var found: [StoredObject] = []
        /// Those that were removed.
        public var removed = 0
        /// Their bytes.
        public var removedBytes = 0
        /// Objects that no row names, but that are too young.
        public var young = 0
        /// All that was looked at.
        public var objects = 0

        /// Bytes of all that was found.
        public var bytes: Int { found.map(\.size).reduce(0, +) }
    }

    private let database: Database
    private let storage: any ObjectStore

    /// Pruning of a storage by a database, which must show all rows.
    public init(database: Database, storage: any ObjectStore) {
        self.database = database
        self.storage = storage
    }

    /// Finds what is left over, and removes it unless `isDry`. `progress` gets each name.
    public func run(
        grace: Duration = leastGrace, now: Date = Date(), isDry: Bool, progress: (StoredObject) -> Void = { _ in }
    ) throws -> Report {
        var report = Report()
        let limit = now.addingTimeInterval(-Double(max(grace, Self.leastGrace).components.seconds))
        for family in StorageKey.Family.allCases {
            let objects = try storage.all(family.rawValue + "/")
            let named = try database.withConnection { try NamedMedia($0) }
            report.objects += objects.count
            for object in objects where !named.contains(object.name) {
                guard object.modified < limit else {
                    report.young += 1
                    continue
                }
                report.found.append(object)
                progress(object)
                if isDry { continue }
                try storage.delete(object.name)
                report.removed += 1
                report.removedBytes += object.size
            }
        }
        return report
    }
}

/// The statements that a connection has prepared on its server, the least recently used giving way.
struct StatementCache {
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    struct Entry {
        let name: String
        var lastUse: UInt64
        var shape: ResultShape?
    }

    private let limit: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    mutating func find(_ key: Key) -> Entry? {
        guard let index = entries.index(forKey: key) else { return nil }
        uses += 1
        entries.values[index].lastUse = uses
        return entries.values[index]
    }

    mutating func newName() -> String {
        names += 1
        return "s\(names)"
    }

    /// Keeps a statement that the server has prepared.
    mutating func insert(_ key: Key, name: String) -> Entry {
        uses += 1
        let entry = Entry(name: name, lastUse: uses)
        entries[key] = entry
        return entry
    }

    /// Drops the statements used least until `count` more fit; answers their names.
    mutating func evict(toFit count: Int) -> [String] {
        var names: [String] = []
        while entries.count + count > max(limit, count),
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            names.append(oldest.value.name)
            entries[oldest.key] = nil
        }
        return names
    }

    mutating func remember(_ shape: ResultShape, for key: Key) {
        entries[key]?.shape = shape
    }

    mutating func remove(_ key: Key) {
        entries[key] = nil
    }

    var count: Int { entries.count }
}

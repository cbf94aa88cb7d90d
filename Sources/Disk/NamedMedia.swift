public import Postgres
internal import Storage

/// The objects of the storage that rows of the database name. What no row names is left over.
public struct NamedMedia: Sendable {
    /// Names in a column, and those of the copies beside them.
    private let names: Set<String>
    /// The columns' own names.
    public let keys: [String]
    /// The versions of films, as `season/version-`: all files that begin so belong to one.
    private let films: Set<String>

    /// Reads the names that a connection sees.
    public init(_ connection: Connection) throws(DatabaseError) {
        let keys = try connection.query(Self.query, as: String.self)
        let films = try connection.query(
            """
            select season_id::text || '/' || version || '-'
            from films
            union
            select season_id::text || '/' || previous_version || '-'
            from films
            where previous_version is not null
            """, as: String.self)
        self.init(keys: keys, films: films)
    }

    init(keys: [String], films: [String]) {
        self.keys = keys
        self.films = Set(films)
        var names = Set(keys)
        for key in keys.lazy.compactMap({ StorageKey($0) }) {
            for copy in [key.thumbnail, key.card, key.share] { names.insert(copy.text) }
        }
        self.names = names
    }

    /// Whether a row names the object, or one that it is a copy or a piece of.
    public func contains(_ name: String) -> Bool {
        if names.contains(name) { return true }
        let parts = name.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "films" else { return false }
        guard let dash = parts[2].firstIndex(of: "-") else { return false }
        return films.contains("\(parts[1])/\(parts[2][...dash])")
    }

    /// Every column that holds a name. A new one belongs here: `NamedMediaTests` compares with the schema.
    static let columns: [(table: String, column: String)] = [
        ("battle_videos", "video_key"), ("films", "captions_key"), ("films", "poster_key"),
        ("films", "storyboard_key"), ("films", "stream_key"), ("films", "video_key"), ("generations", "original_key"),
        ("generations", "poster_key"), ("generations", "small_key"), ("generations", "video_key"),
        ("seasons", "cover_key"), ("source_images", "storage_key"),
        ("tournament_clips", "original_key"), ("tournament_clips", "poster_key"), ("tournament_clips", "video_key"),
        ("uploads", "preview_key"),
    ]

    private static var query: SQL {
        let selects = columns.map { place -> SQL in
            """
            select \(identifier: place.column)
            from \(identifier: place.table)
            where \(identifier: place.column) is not null
            """
        }
        return selects.joined(separator: " union ")
    }
}

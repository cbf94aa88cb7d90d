public import FoundationEssentials
internal import Storage

/// What a backup holds. It is written when everything else is there.
public struct BackupManifest: Codable, Sendable, Equatable {
    /// The only format there is.
    public static let format = 1

    /// The format of the backup.
    public var format = Self.format
    /// The backup's name, which begins with the time.
    public var name: String
    /// The last migration, by which programs and backups are told apart.
    public var schema: String
    /// The checksums of the numbered migrations.
    public var migrations: [String: String]
    /// The server's version, such as `15.18`.
    public var postgres: String
    /// What the dump is encoded in.
    public var encoding: String
    /// The moment that the dump shows.
    public var takenAt: Date
    /// When everything was written.
    public var finishedAt: Date
    /// What the database took on the server's disk.
    public var databaseBytes: Int
    /// The tables with their rows at that moment.
    public var tables: [Table]
    /// The roles that rights are given to.
    public var roles: [String]
    /// Everything that belongs to this backup alone, by name.
    public var parts: [String: Part]
    /// The files of the storage.
    public var media: Media

    /// A table.
    public struct Table: Codable, Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its rows.
        public var rows: Int
        /// The sum of the hashes of its rows, if it was asked for.
        public var digest: String?
    }

    /// A part: bytes and SHA-256 before encryption.
    public struct Part: Codable, Sendable, Equatable {
        /// Its bytes.
        public var size: Int
        /// In lower-case hexadecimal digits.
        public var sha256: String

        init(_ digest: ObjectDigest) {
            size = digest.size
            sha256 = digest.sha256
        }

        var digest: ObjectDigest { ObjectDigest(sha256: sha256, size: size) }
    }

    /// The files.
    public struct Media: Codable, Sendable, Equatable {
        /// How many there are.
        public var count: Int
        /// Their bytes.
        public var bytes: Int
        /// Those that rows name and the storage did not have.
        public var missing: [String]
    }

    static func path(_ backup: String) -> String { "backups/\(backup)/manifest.json" }

    /// Major version of the server.
    var postgresMajor: Int { Int(postgres.prefix { $0.isNumber }) ?? 0 }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return Array(try encoder.encode(self))
    }

    static func read(_ backup: String, from vault: Vault) throws -> BackupManifest {
        var bytes: [UInt8] = []
        guard try vault.get(path(backup), { bytes += $0 }) != nil else {
            throw BackupFault("There is no backup \(backup) in \(vault.place.title).")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let manifest = try? decoder.decode(BackupManifest.self, from: Data(bytes)), manifest.name == backup else {
            throw BackupFault("The backup is damaged: \(path(backup)) cannot be read.")
        }
        guard manifest.format == Self.format else {
            throw BackupFault("The backup has format \(manifest.format), and this program knows \(Self.format) only.")
        }
        return manifest
    }
}

/// The list of a backup's files: a line for each with hash, bytes and name.
struct FileList {
    private(set) var files: [String: ObjectDigest] = [:]

    static func path(_ backup: String) -> String { "backups/\(backup)/files.txt" }

    init(_ files: [String: ObjectDigest] = [:]) { self.files = files }

    init(_ manifest: BackupManifest, from vault: Vault) throws {
        let path = Self.path(manifest.name)
        guard let part = manifest.parts["files.txt"] else {
            throw BackupFault("The backup is damaged: its manifest names no files.txt.")
        }
        var bytes: [UInt8] = []
        try vault.get(path, expecting: part.digest) { bytes += $0 }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let size = Int(words[1]), StorageKey(String(words[2])) != nil else {
                throw BackupFault("The backup is damaged: \(path) has a line that is no file.")
            }
            files[String(words[2])] = ObjectDigest(sha256: String(words[0]), size: size)
        }
    }

    var bytes: Int { files.values.map(\.size).reduce(0, +) }

    func encoded() -> [UInt8] {
        var text = ""
        for (name, digest) in files.sorted(by: { $0.key < $1.key }) {
            text += "\(digest.sha256) \(digest.size) \(name)\n"
        }
        return Array(text.utf8)
    }
}

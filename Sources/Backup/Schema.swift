internal import Crypto
internal import FoundationEssentials
internal import Platform
internal import Text

/// The numbered migrations that this program brings, beside those of a backup.
struct Schema {
    private let files: [String: String]

    init(_ directory: String) throws {
        var files: [String: String] = [:]
        for entry in try Files.list(directory) where entry.name.hasSuffix(".sql") && !entry.isDirectory {
            files[entry.name] = Text.hex(SHA256.hash(try Files.read(directory + "/" + entry.name, count: entry.size)))
        }
        guard !files.isEmpty else { throw BackupFault("MIGRATIONS_DIR (\(directory)) holds no migrations.") }
        self.files = files
    }

    private var latest: String { files.keys.max() ?? "" }

    /// Whether the backup's schema is older than this program; refuses a newer one, and an older one unless it shall be
    /// migrated.
    func compare(_ manifest: BackupManifest, migrates: Bool) throws -> Bool {
        if let strange = manifest.migrations.keys.sorted().first(where: { files[$0] == nil }) {
            throw BackupFault(
                "The backup's schema (\(manifest.schema)) is not of this program (\(latest)): \(strange) is unknown here. "
                    + "Install the version that made the backup.")
        }
        if let changed = manifest.migrations.sorted(by: { $0.key < $1.key }).first(where: { files[$0.key] != $0.value })
        {
            throw BackupFault(
                "The backup's schema is not of this program: \(changed.key) differs. Install the version that made the backup."
            )
        }
        let isOlder = manifest.migrations.count < files.count
        guard !isOlder || migrates else {
            throw BackupFault(
                "The backup's schema (\(manifest.schema)) is older than this program's (\(latest)): restore it with the version "
                    + "that made it, or add --migrate.")
        }
        return isOlder
    }
}

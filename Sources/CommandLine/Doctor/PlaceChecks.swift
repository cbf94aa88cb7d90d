internal import Configuration
internal import Crypto
internal import FoundationEssentials
internal import Installation
internal import Platform
internal import Postgres
internal import Storage

/// Directories, disks and the storage.
struct PlaceChecks {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// From this share of a disk on, it is about to be full.
    private static let fullAt = 0.95

    var findings: [Finding] { directories + [disk].compactMap(\.self) + storage }

    private var directories: [Finding] {
        let written = [
            ("MEDIA_DIR", settings.storage.mediaDirectory),
            ("media/incoming", settings.storage.mediaDirectory + "/incoming"),
            ("media/clips", settings.storage.mediaDirectory + "/clips"),
            ("VERSION_DIR", settings.host.versionDirectory),
        ]
        let read = [("WEB_DIR", settings.host.webDirectory), ("MIGRATIONS_DIR", settings.database.migrationsDirectory)]
        return written.map { directory($0, mustBeWritable: true) } + read.map { directory($0, mustBeWritable: false) }
    }

    private func directory(_ named: (name: String, path: String), mustBeWritable: Bool) -> Finding {
        let (name, path) = named
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory else {
            return .bad(
                name, "\(path) does not exist", fix: "systemd-tmpfiles --create makes the service's directories.",
                file: path)
        }
        // Asking for the right to write is not enough: a disk may be mounted read-only.
        guard !mustBeWritable || canWrite(path) else {
            return .bad(
                name, "\(path) cannot be written",
                fix: "Give it to the account that runs Dailies, and see that its disk is not mounted read-only.",
                file: path)
        }
        return .good(name, path)
    }

    private func canWrite(_ directory: String) -> Bool {
        let path = "\(directory)/.doctor-\(UUID().uuidString)"
        guard (try? Descriptor.replacing(path, mode: 0o600)) != nil else { return false }
        try? FileManager.default.removeItem(atPath: path)
        return true
    }

    private var disk: Finding? {
        let path = settings.storage.mediaDirectory
        guard let free = Files.freeBytes(path), let size = Files.sizeBytes(path), size > 0 else { return nil }
        let used = 1 - Double(free) / Double(size)
        let words = "\(Int(used * 100)) % of the disk of \(path) is used, \(free >> 20) MiB are free"
        guard used >= Self.fullAt else { return .good("disk", words) }
        return .bad(
            "disk", words, fix: "Make room, or move MEDIA_DIR to a larger disk; uploads fail when it is full.",
            file: path)
    }

    /// Tries out every back end that the site uses.
    private var storage: [Finding] {
        [settings.storage.backend, settings.storage.previous].compactMap(\.self).flatMap { kind in
            let check = StorageCheck(
                settings.storage.store(kind), scratch: settings.storage.local, siteURL: settings.site.url,
                signer: UploadSigner(secret: SecretKey(settings.site.secretKey)))
            return check.run().map { finding in
                finding.isGood
                    ? Finding.good(finding.subject, finding.detail)
                    : Finding.bad(finding.subject, finding.detail, fix: finding.remedy)
            }
        }
    }
}

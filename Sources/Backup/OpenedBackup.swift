internal import FoundationEssentials
internal import Platform
internal import Storage

/// A backup that is going to be read. A tar stream is unpacked first.
struct OpenedBackup: Sendable {
    let vault: Vault
    let manifest: BackupManifest

    /// The backup of a name, or the newest.
    init(_ target: BackupTarget, _ name: String?, work: String) throws {
        let vault = try target.place is TarPlace ? Self.unpack(target, work).vault() : target.vault()
        guard let chosen = try name ?? vault.place.backups().last else {
            throw BackupFault("There is no complete backup in \(vault.place.title).")
        }
        self.vault = vault
        manifest = try BackupManifest.read(chosen, from: vault)
    }

    private static func unpack(_ target: BackupTarget, _ work: String) throws -> BackupTarget {
        let directory = work + "/stream"
        try Files.makeDirectory(directory, mode: 0o700)
        let child = try ChildProcess.spawn(
            "/usr/bin/tar", ["--extract", "--file=-", "--directory=\(directory)", "--no-same-owner"], input: 0,
            output: nil)
        guard try child.wait().isSuccess else {
            throw BackupFault("The stream on standard input is no whole tar archive of a backup.")
        }
        return BackupTarget(unpacked: directory, passphrase: target.passphrase)
    }

    /// The directory with the dump, each part of which is as the manifest says.
    func dump(work: String) throws -> String {
        let below = "backups/\(manifest.name)/"
        let parts = manifest.parts.filter { $0.key.hasPrefix("database/") }
        guard !parts.isEmpty else { throw BackupFault("The backup is damaged: its manifest names no dump.") }
        if vault.key == nil, let root = vault.place.directory {
            for (name, part) in parts { try vault.get(below + name, expecting: part.digest) }
            return root + "/" + below + "database"
        }
        let directory = work + "/database"
        try Files.makeDirectory(directory, mode: 0o700)
        for (name, part) in parts {
            let path = directory + "/" + name.dropFirst("database/".count)
            let copy = try OutputFile(path)
            try vault.get(below + name, expecting: part.digest) { try copy.write($0) }
        }
        return directory
    }
}

/// A line now and then.
final class SaidAt: Sendable {
    private let state = Monitor((count: 0, said: ContinuousClock.now))
    private let progress: @Sendable (String) -> Void

    init(_ progress: @escaping @Sendable (String) -> Void) { self.progress = progress }

    func step(_ what: String) {
        let count = state.update { state -> Int? in
            state.count += 1
            guard ContinuousClock.now - state.said >= .seconds(2) else { return nil }
            state.said = .now
            return state.count
        }
        if let count { progress("\(count) \(what)") }
    }
}

internal import FoundationEssentials
internal import Platform
internal import Storage

/// Where backups are kept, as files by name. An object appears whole or not at all.
///
/// The same names everywhere:
/// ```
/// key.json                              the key, encrypted with the passphrase, if there is one
/// media/<name of the object>            files, which all backups share
/// backups/<backup>/database/…           what pg_dump wrote
/// backups/<backup>/incoming/…           parts of uploads that had arrived
/// backups/<backup>/files.txt            the files that belong to the backup, with their hashes
/// backups/<backup>/manifest.json        written last: a backup without it is none
/// ```
protocol BackupPlace: Sendable {
    /// How people name it.
    var title: String { get }

    /// The directory of this machine that it is, if it is one.
    var directory: String? { get }

    /// The names below a prefix, which ends with a slash or is empty, with their bytes.
    func list(_ prefix: String) throws -> [String: Int]

    /// Stores `count` bytes, which `fill` writes piece by piece.
    func put(_ name: String, count: Int, _ fill: (Outlet) throws -> Void) throws

    /// Reads what has a name piece by piece; false when nothing has it.
    func get(_ name: String, _ take: (_ bytes: [UInt8]) throws -> Void) throws -> Bool

    /// Removes what has a name; nothing there is fine.
    func remove(_ name: String) throws

    /// Waits until everything that was stored would survive a loss of power.
    func settle() throws
}

extension BackupPlace {
    var directory: String? { nil }

    func settle() throws {}

    /// The names of the backups that are complete, from the oldest.
    func backups() throws -> [String] {
        let names = try list("backups/").keys
        return names.filter { $0.hasSuffix("/manifest.json") && $0.split(separator: "/").count == 3 }
            .map { String($0.split(separator: "/")[1]) }.sorted()
    }
}

/// A directory of this machine.
struct DirectoryPlace: BackupPlace {
    let root: String

    var title: String { root }
    var directory: String? { root }

    func list(_ prefix: String) throws -> [String: Int] {
        var found: [String: Int] = [:]
        try walk(prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix, &found)
        return found
    }

    private func walk(_ name: String, _ found: inout [String: Int]) throws {
        for entry in try Files.list(name.isEmpty ? root : root + "/" + name) {
            let inner = name.isEmpty ? entry.name : name + "/" + entry.name
            if entry.isDirectory {
                try walk(inner, &found)
            } else if !entry.name.hasSuffix(Self.unfinished) {
                found[inner] = entry.size
            }
        }
    }

    private static let unfinished = ".unfinished"

    func put(_ name: String, count: Int, _ fill: (Outlet) throws -> Void) throws {
        let path = root + "/" + name
        try Files.makeDirectory(Files.parent(of: path), mode: 0o700)
        let copy = path + Self.unfinished
        do {
            let file = try OutputFile(copy)
            let outlet = Outlet { try file.write($0) }
            try fill(outlet)
            try outlet.refuseUnless(count, for: name)
            try Files.rename(copy, to: path)
        } catch {
            try? Files.remove(copy)
            throw error
        }
    }

    func get(_ name: String, _ take: (_ bytes: [UInt8]) throws -> Void) throws -> Bool {
        let path = root + "/" + name
        guard Files.size(path) != nil else { return false }
        try Files.readPieces(path, take)
        return true
    }

    func remove(_ name: String) throws {
        try Files.remove(root + "/" + name)
        // The directories of media and of backups go with their last file.
        var parent = Files.parent(of: name)
        while parent.contains("/"), Files.removeEmptyDirectory(root + "/" + parent) {
            parent = Files.parent(of: parent)
        }
    }

    func settle() throws { try Files.synchroniseFileSystem(root) }
}

/// Another server's storage. What is sent is first a file of this machine, since a failed exchange is repeated.
struct StorePlace: BackupPlace {
    let title: String
    let store: any ObjectStore
    let prefix: String
    let scratch: String

    func list(_ below: String) throws -> [String: Int] {
        let objects = try storing { () throws(StorageFault) in try store.all(prefix + below) }
        return Dictionary(uniqueKeysWithValues: objects.map { (String($0.name.dropFirst(prefix.count)), $0.size) })
    }

    func put(_ name: String, count: Int, _ fill: (Outlet) throws -> Void) throws {
        let path = try scratchFile()
        defer { try? Files.remove(path) }
        let file = try OutputFile(path)
        let outlet = Outlet { try file.write($0) }
        try fill(outlet)
        try outlet.refuseUnless(count, for: name)
        try storing { () throws(StorageFault) in try store.put(FilePiece(path, count: count), as: prefix + name) }
    }

    func get(_ name: String, _ take: (_ bytes: [UInt8]) throws -> Void) throws -> Bool {
        let path = try scratchFile()
        defer { try? Files.remove(path) }
        do throws(StorageFault) { try store.get(prefix + name, into: ScratchSink(path)) } catch {
            if case .missing = error { return false }
            throw BackupFault(error)
        }
        try Files.readPieces(path, take)
        return true
    }

    private func scratchFile() throws -> String {
        do { try Files.makeDirectory(scratch, mode: 0o700) } catch {
            throw BackupFault("BACKUP_WORK_DIR cannot be used: \(error)")
        }
        return scratch + "/object-" + UUID().uuidString.lowercased()
    }

    func remove(_ name: String) throws {
        try storing { () throws(StorageFault) in try store.delete(prefix + name) }
    }
}

/// Writes an object into a new local file.
final class ScratchSink: ObjectSink {
    private(set) var fault: StorageFault?
    private let path: String

    init(_ path: String) { self.path = path }

    func begin() throws(StorageFault) {
        fault = nil
        do { try Files.write([], to: path, mode: 0o600, isDurable: false) } catch { throw .failed("\(error)") }
    }

    func take(_ bytes: [UInt8]) -> Bool {
        do { try Files.append(bytes, to: path) } catch {
            fault = error.isDiskFull ? .full("\(error)") : .failed("\(error)")
        }
        return fault == nil
    }
}

/// Takes the bytes of an object that is being stored.
final class Outlet {
    private let take: (_ bytes: [UInt8]) throws -> Void
    private(set) var count = 0

    init(_ take: @escaping (_ bytes: [UInt8]) throws -> Void) { self.take = take }

    func write(_ bytes: [UInt8]) throws {
        try take(bytes)
        count += bytes.count
    }

    /// A file that grew or shrank while it was read has other bytes than were announced.
    func refuseUnless(_ count: Int, for name: String) throws {
        guard self.count == count else { throw BackupFault("\(name) has \(self.count) bytes in place of \(count).") }
    }
}

/// A new local file.
final class OutputFile {
    private let file: Descriptor
    private let path: String

    init(_ path: String, mode: UInt32 = 0o600) throws {
        self.path = path
        file = try Descriptor.replacing(path, mode: mode)
    }

    func write(_ bytes: [UInt8]) throws { try file.write(bytes, path: path) }
}

package import Configuration
internal import Platform
internal import Storage

/// Keeps files from taking the room that Postgres needs: it stops when its disk is full.
///
/// It asks the file systems each time, so it lets go by itself when there is room again.
public struct DiskGuard: Sendable {
    private let paths: [String]
    private let reserve: Int
    private let free: @Sendable (String) -> Int?

    /// A guard that keeps `reserve` bytes free on the file system of each path.
    public init(paths: [String], reserve: Int) {
        self.init(paths: paths, reserve: reserve) { Files.freeBytes($0) }
    }

    init(paths: [String], reserve: Int, free: @escaping @Sendable (String) -> Int?) {
        self.paths = paths
        self.reserve = reserve
        self.free = free
    }

    /// What is short of room for `bytes` more; nil when there is room. A path that is not there is not watched.
    public func shortage(for bytes: Int = 0) -> Shortage? {
        for path in paths {
            if let free = free(path), free < reserve + bytes { return Shortage(path: path, free: free) }
        }
        return nil
    }

    /// A file system without enough room.
    public struct Shortage: Sendable, Equatable {
        /// A path on it.
        public let path: String
        /// What is free.
        public let free: Int
    }
}

extension Settings {
    /// Directories on the disks that can become full.
    package var watchedPaths: [String] {
        [storage.mediaDirectory, PostgresDisk.directory(disk.postgresDirectory)].compactMap(\.self)
    }

    /// The guard of these disks.
    package var diskGuard: DiskGuard { DiskGuard(paths: watchedPaths, reserve: disk.reserve << 20) }
}

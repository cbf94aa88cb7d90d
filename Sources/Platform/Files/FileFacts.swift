internal import CLinux
internal import Glibc

/// What the file system knows of a file, for those who look for a fault.
public struct FileFacts: Sendable {
    /// The permission bits.
    public let mode: UInt32
    /// The account that owns it.
    public let owner: UInt32
    /// Its group.
    public let group: UInt32
    /// Whether it is a socket.
    public let isSocket: Bool

    /// Nil when there is no such file, or it may not be looked at.
    public init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        mode = status.st_mode & 0o7777
        owner = status.st_uid
        group = status.st_gid
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
    }

    /// The name of an account; its number when it has none.
    public static func account(_ id: UInt32) -> String {
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)"
    }

    /// The name of a group; its number when it has none.
    public static func group(_ id: UInt32) -> String {
        getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? "\(id)"
    }

    /// The groups of an account; nil when there is no such account.
    public static func groups(of account: String) -> (id: UInt32, groups: Set<UInt32>)? {
        guard let entry = getpwnam(account) else { return nil }
        let (id, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
        var groups = [gid_t](repeating: 0, count: 256)
        var count = Int32(groups.count)
        getgrouplist(account, group, &groups, &count)
        return (id, Set(groups.prefix(Int(max(0, min(count, 256))))))
    }

    /// The permission bits as they are given to chmod.
    public var octal: String {
        let text = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - text.count)) + text
    }
}

internal import CLinux
internal import Glibc

/// What the kernel knows about one running process of this machine.
public struct RunningProcess: Sendable, Equatable {
    /// The process's id.
    public let pid: Int32
    /// The id of its process group, which is the id of the group's first process.
    public let group: Int32
    /// The id of its session.
    public let session: Int32
    /// When it was started, in clock ticks since the machine started. With the id it names a process for good, since the
    /// kernel gives ids of ended processes to new ones.
    public let startTicks: UInt64

    /// Identifies this run of the machine, or of the container: processes of another one have all ended.
    public static var machine: String {
        let boot = (try? Files.read("/proc/sys/kernel/random/boot_id", count: 64)) ?? []
        var namespace = stat()
        stat("/proc/self/ns/pid", &namespace)
        return String(decoding: boot.filter { $0 > 0x20 }, as: UTF8.self) + "/\(namespace.st_ino)"
    }

    /// All processes that run; those that have ended and were not waited for are left out.
    public static func all() -> [RunningProcess] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [RunningProcess] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = Int32(name), let process = RunningProcess(pid) { found.append(process) }
        }
        return found
    }

    /// The process of this id; nil when there is none, or when it has ended.
    public init?(_ pid: Int32) {
        guard let text = try? Files.read("/proc/\(pid)/stat", count: 4_096),
            // The program's name comes before, in parentheses, and may contain anything.
            let end = text.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count > 19, !["Z", "X", "x"].contains(fields[0]), let group = Int32(fields[2]),
            let session = Int32(fields[3]), let startTicks = UInt64(fields[19])
        else { return nil }
        self.pid = pid
        self.group = group
        self.session = session
        self.startTicks = startTicks
    }

    /// Sends a signal to it.
    public func signal(_ number: Int32) {
        kill(pid, number)
    }
}

public import Disk
public import HTTP
internal import Logging

extension DiskGuard {
    /// Refuses what would write files while the disk has too little room for `bytes` more.
    public func refuseShortage(for bytes: Int = 0, _ context: Context) throws(Problem) {
        guard let shortage = shortage(for: bytes) else { return }
        context.log.error(
            "a disk has too little room",
            ["path": .string(shortage.path), "free": .int(shortage.free), "wanted": .int(bytes)])
        throw Problem(
            status: 507, code: "storage_full",
            message: "The site has no room for new files right now. Nothing was stored or begun. Try again later.")
    }
}

extension [Route] {
    /// The same routes, of which those that make new files are refused while the disk has too little room.
    public func keepingRoom(_ room: DiskGuard, for patterns: Set<String>) -> [Route] {
        map { route in
            guard route.method == .post, patterns.contains(route.pattern) else { return route }
            return route.checking { context in try room.refuseShortage(context) }
        }
    }
}

internal import Arguments
internal import Configuration
public import Disk
internal import FoundationEssentials
public import HTTP
internal import Installation
internal import Postgres
internal import Storage
internal import Text

/// `dailies storage usage | prune`
enum StorageUpkeep {
    static let usage = Command(
        "usage", "what takes how much of the disk, and when it will be full",
        details: """
            Shows bytes by kind of file and by member, what is free, and in how many days the reserve (DISK_RESERVE_MB) will be \
            reached if it goes on as in the last 30 days. dailies-jobs maintain measures once an hour; --measure does so now.
            """,
        Usage.self, run: usage)

    static let prune = Command(
        "prune", "remove files that no row of the database names any more",
        details: """
            Removes old renditions and what crashed work left: objects that no row names and that are older than --grace. \
            --dry-run only lists them.
            """,
        Prune.self, run: prune)

    struct Usage: ReadsSettings, PrintsJSON {
        let measure = Flag("--measure", "measure now, in place of showing the last figures")
        let config = Option.config
        let json = Flag.json
    }

    struct Prune: ReadsSettings, PrintsJSON {
        let dryRun = Flag("--dry-run", "only list what would be removed")
        let grace = Option(
            "--grace", "HOURS", .number(24...8_760), default: 48, "how old an object must be that no row names")
        let config = Option.config
        let json = Flag.json
    }

    private static func usage(_ arguments: ArgumentValues<Usage>) throws -> Int32 {
        let settings = try arguments.settings()
        let database = settings.openAsOwner()
        let usage = DiskUsage(
            database: database, storage: settings.storage.current, paths: settings.watchedPaths,
            reserve: settings.disk.reserve << 20)
        if arguments.measure { try usage.measure() }
        let report = try usage.report()
        var lines = report.kinds.map { kind in
            "\(kind.name): \(size(kind.bytes))" + (kind.files.map { " in \($0) files" } ?? "")
        }
        if lines.isEmpty { lines = ["Nothing has been measured yet: dailies storage usage --measure"] }
        lines += report.members.map { "\($0.username ?? "a former member"): \(size($0.bytes)) in \($0.files) files" }
        if let free = report.free {
            lines.append("free: \(size(free)), of which \(size(report.reserve)) are kept for Postgres")
        }
        lines.append(
            report.daysLeft.map { "The reserve is reached in \($0) days, if it goes on like this." }
                ?? "It does not grow, or too few days are known.")
        try Output.answer(report, text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }

    private static func prune(_ arguments: ArgumentValues<Prune>) throws -> Int32 {
        let settings = try arguments.settings()
        let pruning = Pruning(database: settings.openAsOwner(), storage: settings.storage.current)
        let report = try pruning.run(grace: .seconds(arguments.grace * 3_600), isDry: arguments.dryRun) { object in
            if !arguments.json { Output.write("\(object.name)  \(size(object.size))") }
        }
        let done =
            arguments.dryRun
            ? "\(report.found.count) of \(report.objects) objects would be removed: \(size(report.bytes))."
            : "\(report.removed) of \(report.objects) objects are removed: \(size(report.removedBytes))."
        let young = report.young > 0 ? " \(report.young) that no row names are too young." : ""
        try Output.answer(report, text: done + young, for: arguments)
        return ExitCode.success
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 10_000_000 ? "\((bytes + 999) / 1_000) kB" : "\(bytes / 1_000_000) MB"
    }
}

extension DiskUsage.Report: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<DiskUsage.Report>("DiskUsage") {
        Field("kinds", \.kinds)
        Field("members", \.members, "Those with the most.")
        Field("measuredAt", \.measuredAt)
        Field("freeBytes", \.free, "On the disk that has least.")
        Field("reserveBytes", \.reserve)
        Field("daysLeft", \.daysLeft, "Null when nothing grows, or too few days are known.")
    }
}

extension DiskUsage.Kind: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<DiskUsage.Kind>("DiskKind") {
        Field("name", \.name)
        Field("bytes", \.bytes)
        Field("files", \.files)
    }
}

extension DiskUsage.Member: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<DiskUsage.Member>("DiskMember") {
        Field("username", \.username)
        Field("bytes", \.bytes)
        Field("files", \.files)
    }
}

extension Pruning.Report: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Pruning.Report>("Pruning") {
        Field("objects", \.objects, "All that was looked at.")
        Field("found", { $0.found.map(\.name) }, "Objects that no row names.")
        Field("bytes", \.bytes)
        Field("removed", \.removed)
        Field("young", \.young, "Objects that no row names, but that are too young.")
    }
}

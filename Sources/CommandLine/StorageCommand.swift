internal import Arguments
internal import Configuration
internal import FoundationEssentials
public import HTTP
public import Storage
internal import Synchronization
internal import Text

/// `dailies storage move | usage | prune | nginx`
enum StorageCommand {
    static let command = Command(
        "storage", "what the disk holds, and media in other storages",
        commands: [
            Command(
                "move", "move all objects from one storage to another",
                details: """
                    Copies every object, reads the copy back, compares the hashes, and then removes the original. It can \
                    be stopped or killed at any time: the same command continues with what is left. The site keeps running \
                    meanwhile if STORAGE_BACKEND names the new storage and STORAGE_PREVIOUS the old one; the move refuses \
                    to remove anything otherwise. Exit status 1 when an object was not moved.
                    """,
                Move.self, run: move),
            StorageUpkeep.usage, StorageUpkeep.prune,
            Command(
                "nginx", "print storage.conf for nginx, from the settings",
                details: """
                    Names the servers that pages send clips to and load media from, and the resolver with which nginx \
                    finds the storage. Write it to /etc/dailies/nginx/storage.conf.
                    """,
                OnlyCommon.self, run: nginx),
        ])

    struct Move: ReadsSettings, PrintsJSON {
        let from = Option(required: "--from", "STORAGE", .storage, "where objects are: \(ValueFormat.storageNames)")
        let to = Option(required: "--to", "STORAGE", .storage, "where they shall be")
        let dryRun = Flag("--dry-run", "only count what would be moved")
        let keep = Flag("--keep", "copy, and remove nothing; it can be done before the settings are changed")
        let workers = Option("--workers", "N", .number(1...64), default: 4, "objects at a time")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.from == values.to { throw UsageFault("--from and --to are the same storage") }
        }
    }

    private static func move(_ arguments: ArgumentValues<Move>) throws -> Int32 {
        let settings = try arguments.settings().storage
        for kind in [arguments.from, arguments.to] {
            let missing = settings.lacks(kind)
            guard missing.isEmpty else {
                throw Failure("The settings of \(kind.title) are incomplete: \(missing.joined(separator: ", ")).")
            }
        }
        let isSiteReady = settings.backend == arguments.to && settings.previous == arguments.from
        guard arguments.dryRun || arguments.keep || isSiteReady else {
            throw Failure(
                "The site would not find objects that were moved. Set STORAGE_BACKEND=\(arguments.to.rawValue) and "
                    + "STORAGE_PREVIOUS=\(arguments.from.rawValue), restart the hosts and jobs, and run this again. "
                    + "--keep copies without removing anything.")
        }
        let (source, target) = (settings.store(arguments.from), settings.store(arguments.to))
        var options = StorageMove.Options()
        options.keepsSource = arguments.keep
        options.workers = arguments.workers
        let move = StorageMove(from: source, to: target, scratch: settings.local, options: options)
        if arguments.dryRun {
            let report: StorageMove.Report
            do { report = try move.count() } catch { throw Failure(error.debugDescription) }
            let text =
                "\(report.found) objects, \(megabytes(report.foundBytes)), would be moved from \(source.kind.title) to "
                + "\(target.kind.title)."
            try Output.answer(report, text: text, for: arguments)
            return ExitCode.success
        }
        let printed = Mutex(ContinuousClock.now)
        let report = move.run { report in
            let isDue = printed.withLock { last in
                guard ContinuousClock.now - last >= .seconds(2) else { return false }
                last = .now
                return true
            }
            if isDue { Output.complain(line(report)) }
        }
        let isEmpty = report.isComplete && !arguments.keep && (try? move.count().found) == 0
        try Output.answer(report, text: text(report, isEmpty: isEmpty, arguments), for: arguments)
        return report.isComplete ? ExitCode.success : ExitCode.failure
    }

    private static func line(_ report: StorageMove.Report) -> String {
        "\(report.copied) copied (\(megabytes(report.copiedBytes))), \(report.alreadyThere) already there, "
            + "\(report.removed) removed from the old storage, \(report.faults.count) not moved"
    }

    private static func text(_ report: StorageMove.Report, isEmpty: Bool, _ arguments: ArgumentValues<Move>) -> String {
        var lines = [line(report)]
        if report.deletedMeanwhile > 0 { lines.append("\(report.deletedMeanwhile) were deleted by the site meanwhile") }
        lines += report.faults.prefix(20).map { "\($0.name): \($0.reason)" }
        if report.faults.count > 20 { lines.append("and \(report.faults.count - 20) more; --json lists all") }
        if let stopped = report.stopped {
            lines.append("Stopped: \(stopped)")
        } else if isEmpty {
            lines.append("Nothing is left in \(arguments.from.title). Remove STORAGE_PREVIOUS and restart.")
        } else if report.isComplete, !arguments.keep {
            lines.append("More objects came to \(arguments.from.title) meanwhile. Run the same command again.")
        }
        if !report.isComplete { lines.append("Nothing is lost. Run the same command again to continue.") }
        return lines.joined(separator: "\n")
    }

    private static func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }

    private static func nginx(_ arguments: ArgumentValues<OnlyCommon>) throws -> Int32 {
        let settings = try arguments.settings()
        let resolvers = (try? String(contentsOfFile: "/etc/resolv.conf", encoding: .utf8)) ?? ""
        let file = NginxStorage.file(
            settings.storage, siteURL: settings.site.url, resolvers: NginxStorage.nameservers(in: resolvers))
        try Output.answer(JSONValue.object(["file": .string(file)]), text: file, for: arguments)
        return ExitCode.success
    }
}

extension ValueFormat where Value == StorageKind {
    fileprivate static var storage: Self {
        .choice(StorageKind.allCases.map { (word: $0.rawValue, value: $0) }, "storage")
    }

    fileprivate static var storageNames: String { StorageKind.allCases.map(\.rawValue).joined(separator: ", ") }
}

extension StorageMove.Report: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<StorageMove.Report>("StorageMove") {
        Field("found", \.found, "Objects in the source.")
        Field("foundBytes", \.foundBytes)
        Field("copied", \.copied)
        Field("copiedBytes", \.copiedBytes)
        Field("alreadyThere", \.alreadyThere, "Objects that the target had, with the same bytes.")
        Field("removed", \.removed, "Objects removed from the source.")
        Field("deletedMeanwhile", \.deletedMeanwhile, "Objects that the site deleted meanwhile.")
        Field("faults", \.faults)
        Field("stopped", \.stopped, "Why it ended early.")
    }
}

extension StorageMove.Fault: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<StorageMove.Fault>("StorageMoveFault") {
        Field("name", \.name)
        Field("reason", \.reason)
    }
}

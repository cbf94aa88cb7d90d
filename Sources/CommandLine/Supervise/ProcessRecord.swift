internal import Arguments
internal import FoundationEssentials
internal import Glibc
internal import Platform

/// The processes that a supervisor has started. A supervisor that was killed leaves them running, with the ports and
/// sockets that the next one needs.
struct ProcessRecord: Codable, Equatable {
    /// The run of the machine in which the ids are valid.
    let machine: String
    let processes: [Entry]

    struct Entry: Codable, Equatable {
        let name: String
        /// The id of the process, and of its group.
        let pid: Int32
        let session: Int32
        let startTicks: UInt64
        /// The signal that stops it.
        let stopSignal: String?

        /// Nil when the process has ended already.
        init?(_ name: String, pid: Int32, stopSignal: String?) {
            guard let process = RunningProcess(pid) else { return nil }
            self.name = name
            self.pid = pid
            session = process.session
            startTicks = process.startTicks
            self.stopSignal = stopSignal
        }

        /// What runs of it: the process, or the rest of its group when the process itself has ended.
        func orphans(among running: [RunningProcess]) -> [RunningProcess] {
            // Another process of this id means that the group has ended before.
            if let first = running.first(where: { $0.pid == pid }), first.startTicks != startTicks { return [] }
            return running.filter { $0.group == pid && $0.session == session && $0.startTicks >= startTicks }
        }
    }

    /// The record at `path`; nil when there is none, or none that can be read.
    static func read(_ path: String) -> ProcessRecord? {
        (try? Data(contentsOf: URL(filePath: path))).flatMap { try? JSONDecoder().decode(ProcessRecord.self, from: $0) }
    }

    func write(_ path: String) throws {
        try Descriptor.writeWhole(Array(try JSONEncoder().encode(self)), to: path, mode: 0o600)
    }

    /// Whether the machine has been started again since.
    var isOfAnotherRun: Bool { machine != RunningProcess.machine }

    /// Ends what still runs, the last started first. Returns the names of what was ended.
    func endOrphans(within limit: Duration = .seconds(10)) -> [String] {
        guard !isOfAnotherRun else { return [] }
        var ended: [String] = []
        for entry in processes.reversed() {
            let orphans = entry.orphans(among: RunningProcess.all())
            guard !orphans.isEmpty else { continue }
            ended.append(entry.name)
            let stopSignal = Supervisor.signalNumbers[entry.stopSignal ?? "TERM"] ?? SIGTERM
            // The first process ends the others of its group in order. Without it each of them is told.
            if let first = orphans.first(where: { $0.pid == entry.pid }) {
                first.signal(stopSignal)
            } else {
                for orphan in orphans { orphan.signal(SIGTERM) }
            }
            let deadline = ContinuousClock.now + limit
            while case let rest = entry.orphans(among: RunningProcess.all()), !rest.isEmpty {
                if ContinuousClock.now >= deadline { for orphan in rest { orphan.signal(SIGKILL) } }
                _ = Signals.wait(for: [], timeout: .milliseconds(10))
            }
        }
        return ended
    }
}

/// Which process serves which handler groups, as `processes.conf` says.
public struct ProcessTable: Sendable, Equatable {
    /// One process of the site.
    public struct Process: Sendable, Equatable {
        /// The name of its unit and its socket.
        public let name: String
        /// How many requests that block it runs at once.
        public let threads: Int
        /// How many idle connections each worker of nginx keeps to it.
        public let keptConnections: Int
        /// Whether it may call other servers.
        public let hasNetwork: Bool
        /// The handler groups that it serves.
        public let groups: [String]

        /// What `dailies-host@NAME.service` reads as its environment.
        public var environment: String {
            "GROUPS=\(groups.joined(separator: " "))\nHOST_THREADS=\(threads)\n"
        }
    }

    /// Why a table cannot be used.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        /// The fault as a sentence.
        public let description: String
    }

    /// The processes in the order of the file.
    public let processes: [Process]

    /// Reads a table. Every group of `known` must be served by exactly one process.
    public init(_ text: String, known: [String] = HandlerGroup.all.map(\.name)) throws(Fault) {
        var processes: [Process] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard !words.isEmpty else { continue }
            processes.append(try Process(words, line: index + 1))
        }
        for process in processes where processes.count(where: { $0.name == process.name }) > 1 {
            throw Fault(description: "The process \(process.name) is listed twice.")
        }
        let served = processes.flatMap(\.groups)
        if let unknown = served.first(where: { !known.contains($0) }) {
            throw Fault(
                description: "There is no handler group \(unknown); the groups are \(known.joined(separator: ", ")).")
        }
        for group in known {
            switch served.count(where: { $0 == group }) {
            case 1: continue
            case 0: throw Fault(description: "No process serves the handler group \(group).")
            default: throw Fault(description: "The handler group \(group) is listed twice.")
            }
        }
        self.processes = processes
    }

    /// The process that serves a group of this table.
    func process(serving group: String) -> Process? { processes.first { $0.groups.contains(group) } }
}

extension ProcessTable.Process {
    fileprivate init(_ words: [String], line: Int) throws(ProcessTable.Fault) {
        guard words.count >= 5 else {
            throw ProcessTable.Fault(
                description: "Line \(line) needs a name, threads, kept connections, the network and groups.")
        }
        let letters = "abcdefghijklmnopqrstuvwxyz"
        guard words[0].allSatisfy(letters.contains) else {
            throw ProcessTable.Fault(description: "Line \(line): a name has lower-case letters only, not \(words[0]).")
        }
        guard let threads = Int(words[1]), threads > 0, let kept = Int(words[2]), kept > 0 else {
            throw ProcessTable.Fault(description: "Line \(line): threads and kept connections are numbers from 1.")
        }
        guard ["none", "outgoing"].contains(words[3]) else {
            throw ProcessTable.Fault(description: "Line \(line): the network is none or outgoing, not \(words[3]).")
        }
        name = words[0]
        self.threads = threads
        keptConnections = kept
        hasNetwork = words[3] == "outgoing"
        groups = Array(words[4...])
    }
}

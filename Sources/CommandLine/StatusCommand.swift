internal import Arguments
internal import Configuration
internal import FoundationEssentials
internal import HTTP
internal import HTTPClient
internal import Installation

/// `dailies status`
enum StatusCommand {
    static let command = Command(
        "status", "show what the processes of this machine work on",
        details: """
            Asks each process at its status socket in STATUS_DIR: its threads with their requests, how old these are and \
            what they have asked of the database, the requests that wait, and the pools of connections. It answers even \
            while all threads are busy and the database does not answer. Exit status 1 when a process does not answer.
            """,
        OnlyCommon.self, run: run)

    private static func run(_ arguments: ArgumentValues<OnlyCommon>) throws -> Int32 {
        let directory = try arguments.settings().host.statusDirectory
        var reports: [String: JSONValue] = [:]
        for process in StatusSockets.processes(in: directory) {
            reports[process] = (try? StatusSockets.ask(process, in: directory, "GET", "/status")) ?? .null
        }
        let text = reports.sorted { $0.key < $1.key }.map { lines(of: $0.key, $0.value).joined(separator: "\n") }
        try Output.answer(
            JSONValue.object(reports),
            text: text.isEmpty ? "no process tells its status in \(directory)" : text.joined(separator: "\n\n"),
            for: arguments)
        return reports.isEmpty || reports.values.contains(.null) ? ExitCode.failure : ExitCode.success
    }

    private static func lines(of process: String, _ report: JSONValue) -> [String] {
        guard report != .null else { return ["\(process): does not answer"] }
        let threads = elements(report["threads"])
        let waiting = elements(report["waiting"])
        let busy = threads.filter { $0["work"] != .null && $0["work"] != nil }
        var lines = [
            "\(process): process \(number(report["process"])), \(number(report["inProgress"])) of "
                + "\(number(report["limit"])) requests, \(busy.count) of \(threads.count) threads busy, "
                + "\(number(report["waitingForThread"])) wait for a thread"
        ]
        lines += elements(report["pools"]).map { pool in
            "  connections of \(pool["pool"]?.text ?? ""): \(number(pool["inUse"])) of \(number(pool["limit"])), "
                + "\(number(pool["waiting"])) wait"
        }
        lines += busy.map { "  \($0["name"]?.text ?? "") \(work($0["work"] ?? .null))" }
        lines += waiting.map { "  waits: \(work($0))" }
        return lines
    }

    private static func work(_ work: JSONValue) -> String {
        let count = number(work["count"])
        let what =
            work["method"]?.text == ""
            ? "\(count) \(work["route"]?.text ?? "") at once"
            : "\(work["method"]?.text ?? "") \(work["route"]?.text ?? "")"
        let state = work["isInStatement"] == .bool(true) ? ", in a statement" : ""
        return "\(what) for \(decimal(work["ageMs"])) ms, \(number(work["sqlCount"])) statements in "
            + "\(decimal(work["sqlMs"])) ms\(state) \(work["request"]?.text ?? "")"
    }

    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let elements)? = value { elements } else { [] }
    }

    private static func number(_ value: JSONValue?) -> Int { value?.integer ?? 0 }

    private static func decimal(_ value: JSONValue?) -> Int {
        if case .number(let number)? = value { Int(number) } else { value?.integer ?? 0 }
    }
}

/// The sockets at which the processes of a machine tell how they are.
enum StatusSockets {
    /// The names of the processes that have one.
    static func processes(in directory: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        // nginx's own socket and the one to which nginx writes are no processes.
        return files.filter { $0.hasSuffix(".sock") && !["cache.sock", "nginx.sock"].contains($0) }
            .map { String($0.dropLast(5)) }.sorted()
    }

    /// The answer of a process.
    static func ask(_ process: String, in directory: String, _ method: String, _ path: String) throws -> JSONValue {
        let answer = try HTTPClient().send(
            OutgoingRequest(
                method: method, url: "http://localhost\(path)", unixSocket: "\(directory)/\(process).sock",
                timeout: .seconds(3), responseLimit: 1 << 24))
        guard answer.isSuccess else { throw Failure("\(process) answers with status \(answer.status)") }
        return try JSONValue(parsing: answer.body)
    }
}

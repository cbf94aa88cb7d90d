import FoundationEssentials
import Synchronization
import Testing

@testable import Logging
@testable import Platform
@testable import Text

private final class Entries: Sendable {
    private let entries = Mutex<[LogEntry]>([])
    var all: [LogEntry] { entries.withLock { $0 } }
    func add(_ entry: LogEntry) { entries.withLock { $0.append(entry) } }
}

@Suite("Log")
struct LogTests {
    private struct Line: Decodable {
        let time, level, message, text: String
        let count: Int
        let isOpen: Bool
    }

    @Test("OPS-04 a line is one JSON object with any text in it")
    func jsonLine() throws {
        let nasty = "quote \" backslash \\ newline \n tab \t bell \u{7} escape \u{1b} ü 🎬 \u{0}"
        let entry = LogEntry(
            time: Date(timeIntervalSince1970: 0), level: .warning, message: "it happened",
            pairs: LogField.sorted(["text": .string(nasty), "count": 3, "isOpen": true, "ratio": .double(.nan)]))
        let line = JSONLines.line(entry)
        #expect(!line.contains("\n"))
        let decoded = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
        #expect(decoded.text == nasty)
        #expect(decoded.count == 3 && decoded.isOpen)
        #expect(decoded.level == "warning" && decoded.time == "1970-01-01T00:00:00.000Z")
    }

    @Test("OPS-04 a subsystem has a level of its own until it is taken back, in every copy of the log")
    func subsystems() {
        let entries = Monitor<[LogEntry]>([])
        let log = Log(levels: LogLevels(.warning)) { entry in entries.update { $0.append(entry) } }
        let votes = log.of(.votes).with(["batch": 3])
        votes.info("one")
        #expect(entries.withLock(\.isEmpty))
        log.levels.set(.warning, [.votes: .debug])
        votes.debug("two")
        log.of(.http).info("three")
        log.info("four")
        #expect(entries.withLock { $0.map(\.message) } == ["two"])
        #expect(entries.withLock { $0[0].fields } == ["subsystem": "votes", "batch": 3])
        #expect(log.levels.current[.votes] == .debug && log.levels.current[.http] == .warning)
        log.levels.set(.error, [:])
        votes.warning("five")
        votes.error("six")
        #expect(entries.withLock { $0.map(\.message) } == ["two", "six"])
    }

    @Test("OPS-04 lines below the threshold are not made, and it can change while the process runs")
    func threshold() {
        let entries = Entries()
        let log = Log { entries.add($0) }
        let copy = log.with(["group": "voting"])
        copy.debug("unseen")
        log.levels.all.level = .debug
        copy.debug("seen", ["group": "story", "n": 1])
        #expect(entries.all.map(\.message) == ["seen"])
        #expect(entries.all.first?.fields == ["group": "story", "n": 1])
    }

    @Test("OPS-04 fields keep their order behind those of the log, and each name is there once")
    func order() {
        let entries = Entries()
        let log = Log { entries.add($0) }.with(["request": "r", "group": "voting"])
        log.info("happened", inOrder: ["z": 1, "group": "story", "a": true])
        log.info("happened", ["z": 1, "a": 2.5, "request": "own"])
        #expect(
            entries.all.map { $0.pairs.map(\.name) } == [
                ["request", "z", "group", "a"], ["group", "a", "request", "z"],
            ])
        #expect(entries.all.map { $0.fields["group"] } == ["story", "voting"])
        let lines = entries.all.map { JSONLines.line($0) }
        #expect(
            lines[0].hasSuffix(#""level":"info","message":"happened","request":"r","z":1,"group":"story","a":true}"#))
        #expect(lines[1].hasSuffix(#""message":"happened","group":"voting","a":2.5,"request":"own","z":1}"#))
        log.levels.all.level = .error
        log.info("happened", inOrder: ["unseen": 1])
        #expect(entries.all.count == 2)
    }

    @Test("OPS-04 every level is written by its name")
    func levels() {
        #expect(LogLevel.allCases.map(\.name) == ["debug", "info", "notice", "warning", "error"])
        #expect(LogLevel.allCases.allSatisfy { LogLevel(name: $0.name.uppercased()) == $0 })
    }

    @Test("OPS-04 journald's field names")
    func journalFields() {
        #expect(Journal.fieldName("requestId") == "REQUESTID")
        #expect(Journal.fieldName("_pid") == "PID")
        #expect(Journal.fieldName("9lives-x") == "LIVES_X")
        #expect(Journal.fieldName("message") == "FIELD_MESSAGE")
        #expect(Journal.fieldName("ü") == "FIELD")
    }

    @Test("OPS-04 a redirected standard error is not the journal")
    func journalDetection() {
        #expect(!Journal.isStandardError([:]))
        #expect(!Journal.isStandardError(["JOURNAL_STREAM": "1:1"]))
    }
}

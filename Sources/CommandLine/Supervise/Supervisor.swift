internal import Arguments
internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Platform

/// Starts the programs of a plan, keeps them running and stops them: systemd's part on a machine without it.
struct Supervisor {
    static let signalNumbers = ["TERM": SIGTERM, "INT": SIGINT, "QUIT": SIGQUIT]
    private static let ending = [SIGTERM, SIGINT, SIGHUP]
    /// How long a program may take until it serves; a busy machine needs minutes.
    private static let startLimit = 300

    private let plan: SupervisorPlan
    private var services: [Service] = []
    private var passing: ProcessRecord.Entry?
    private var captured: [String: String] = [:]
    private var isUp = false
    private let began = ContinuousClock.now

    init(_ plan: SupervisorPlan) {
        self.plan = plan
    }

    /// Runs until a signal asks for the end. Returns the exit status.
    mutating func run() throws -> Int32 {
        Signals.block(Self.ending)
        Signals.ignorePipe()
        defer {
            try? FileManager.default.removeItem(atPath: plan.runFile)
            try? FileManager.default.removeItem(atPath: plan.processFile)
        }
        do {
            try clear()
            for step in plan.steps {
                guard try begin(step) else { return try stop() }
                if let note = step.note { progress(note) }
            }
            isUp = true
            try writeRunFile()
            while try !endIsWanted(within: .milliseconds(50)) {}
        } catch {
            say("\(error)")
            _ = try stop()
            return ExitCode.failure
        }
        return try stop()
    }

    /// Removes what a supervisor of this plan left behind that could not stop: running programs, and files that would
    /// keep the next ones from starting.
    func clear() throws {
        guard let record = ProcessRecord.read(plan.processFile) else { return }
        let ended = record.endOrphans()
        if !ended.isEmpty {
            say("ended what an earlier supervisor left running: \(ended.joined(separator: ", "))")
        }
        if record.isOfAnotherRun {
            for path in plan.steps.flatMap({ $0.leftovers ?? [] }) { try? FileManager.default.removeItem(atPath: path) }
        }
        try FileManager.default.removeItem(atPath: plan.processFile)
    }

    /// Brings one step up; false when the end was asked for meanwhile.
    private mutating func begin(_ step: SupervisorPlan.Step) throws -> Bool {
        if let once = step.once { return try finish(once, of: step) }
        let index = services.count
        services.append(try Service(step, logDirectory: plan.logDirectory))
        try services[index].start()
        try writeRecord()
        let deadline = ContinuousClock.now + .seconds(Self.startLimit)
        while try !(services[index].isReady && (step.ready.map(succeeds) ?? true)) {
            guard ContinuousClock.now < deadline else {
                throw Failure("\(step.name) is not ready after \(Self.startLimit) s")
            }
            if try endIsWanted(within: .milliseconds(50)) { return false }
        }
        return true
    }

    private mutating func finish(_ command: [String], of step: SupervisorPlan.Step) throws -> Bool {
        let outputPath = "\(plan.logDirectory)/\(step.name).out"
        let logPath = "\(plan.logDirectory)/\(step.name).log"
        let output = try Descriptor.replacing(outputPath, mode: 0o600)
        let log = try Descriptor.replacing(logPath)
        defer { try? FileManager.default.removeItem(atPath: outputPath) }
        let child = try ChildProcess.spawn(
            try Program.path(of: command[0]), Array(command.dropFirst()),
            environment: Program.environment(adding: step.environment), output: output.number,
            errors: log.number)
        passing = ProcessRecord.Entry(step.name, pid: child.pid, stopSignal: nil)
        try writeRecord()
        defer { passing = nil }
        var told = 0
        while true {
            told = tellLines(of: logPath, after: told, from: step)
            if let status = try child.poll() {
                _ = tellLines(of: logPath, after: told, from: step)
                let words = try String(contentsOfFile: outputPath, encoding: .utf8)
                guard status.isSuccess else {
                    let faults = try String(contentsOfFile: logPath, encoding: .utf8)
                    throw Failure("\(step.name) ended with \(status)\n\(words)\(faults)")
                }
                if let name = step.capture {
                    captured[name] = words.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
                }
                return true
            }
            if try endIsWanted(within: .milliseconds(20)) {
                child.signal(SIGTERM, wholeGroup: true)
                _ = try child.wait()
                return false
            }
        }
    }

    /// Tends the services while waiting; true when the end was asked for.
    private mutating func endIsWanted(within timeout: Duration) throws -> Bool {
        if Signals.wait(for: Self.ending, timeout: timeout) != nil { return true }
        var changed = false
        for index in services.indices {
            let before = services[index].pid
            if let event = try services[index].tend() {
                // What fails before all is up would only fail again: a wrong setting, a port that is taken.
                guard isUp else { throw Failure("\(event)\n\(services[index].lastWords)") }
                say(event)
            }
            changed = changed || services[index].pid != before
        }
        if changed { try writeRecord() }
        if changed && isUp { try writeRunFile() }
        return false
    }

    private mutating func stop() throws -> Int32 {
        for index in services.indices.reversed() where services[index].isRunning {
            let name = services[index].step.stopSignal ?? "TERM"
            services[index].signal(Self.signalNumbers[name] ?? SIGTERM)
            try services[index].awaitEnd(by: .now + .seconds(15))
        }
        return ExitCode.success
    }

    private func succeeds(_ command: [String]) throws -> Bool {
        let child = try ChildProcess.spawn(
            try Program.path(of: command[0]), Array(command.dropFirst()),
            environment: Program.environment(adding: nil), output: nil, errors: nil)
        return try child.wait().isSuccess
    }

    /// Appears whole or not at all, and only for its owner: the link in it makes an admin.
    private func writeRunFile() throws {
        var facts = plan.info.merging(captured.mapValues { .word($0) }) { _, new in new }
        let pids = services.compactMap { service in service.pid.map { (service.step.name, $0) } }
        facts["pids"] = .numbers(Dictionary(uniqueKeysWithValues: pids + [("supervisor", getpid())]))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try Descriptor.writeWhole(Array(try encoder.encode(facts)), to: plan.runFile, mode: 0o600)
    }

    private func writeRecord() throws {
        let entries = services.compactMap { service in
            service.pid.flatMap { ProcessRecord.Entry(service.step.name, pid: $0, stopSignal: service.step.stopSignal) }
        }
        try ProcessRecord(machine: RunningProcess.machine, processes: entries + (passing.map { [$0] } ?? []))
            .write(plan.processFile)
    }

    private func say(_ text: String) {
        Output.complain("supervise: \(text)")
    }

    /// Writes what has been reached, with the time since the start.
    private func progress(_ text: String) {
        let seconds = (ContinuousClock.now - began).components.seconds + Int64(plan.elapsed ?? 0)
        Output.complain(String(repeating: " ", count: max(0, 5 - "\(seconds)".count)) + "\(seconds) s  \(text)")
    }

    /// Passes the lines on that a step which reports its progress has added to its log. Returns how many bytes are told.
    private func tellLines(of path: String, after told: Int, from step: SupervisorPlan.Step) -> Int {
        guard step.reportsProgress == true, let text = try? Data(contentsOf: URL(filePath: path)),
            let end = text.lastIndex(of: UInt8(ascii: "\n")), end >= told
        else { return told }
        for line in text[told..<end].split(separator: UInt8(ascii: "\n")) {
            progress("\(step.name): \(String(decoding: line, as: UTF8.self))")
        }
        return end + 1
    }
}

internal import FoundationEssentials

/// What `dailies supervise` starts, as `./run` writes it.
struct SupervisorPlan: Decodable {
    /// Where the facts about the running copy are written once every step is up.
    let runFile: String
    /// Seconds that have gone by before the supervisor starts, for the times that it writes.
    let elapsed: Int?
    /// Each program's standard error goes to a file of its name here.
    let logDirectory: String
    /// Which processes were started is written here, so that the next supervisor finds those of one that was killed.
    let processFile: String
    /// What the run file says besides process ids and captured words.
    let info: [String: InfoValue]
    /// Started in this order, stopped in the opposite one.
    let steps: [Step]

    /// One program to run.
    struct Step: Decodable {
        let name: String
        /// A program that stays; it is started again whenever it ends.
        let run: [String]?
        /// A program that must end well before the next step.
        let once: [String]?
        /// Seconds between the starts of a program that ends by itself.
        let every: Int?
        /// A command that succeeds when the program is ready for others.
        let ready: [String]?
        /// A listening unix socket that outlives the program and is its standard input. The program reports by
        /// `NOTIFY_SOCKET` when it is ready.
        let socket: String?
        /// Unix sockets that the program makes by itself and leaves behind when it is killed.
        let binds: [String]?
        /// Files that mean nothing once the machine has been started again, and would keep the program from starting.
        let leftovers: [String]?
        let environment: [String: String]?
        /// The signal that stops it: TERM unless told otherwise.
        let stopSignal: String?
        /// What is written, with the time since the start, once the step is done or ready.
        let note: String?
        /// Whether the lines in the log of a `once` program are written as progress while it runs.
        let reportsProgress: Bool?
        /// The name in the run file of what a `once` program prints.
        let capture: String?
    }

    /// A word, or a group of words or numbers, in the run file.
    enum InfoValue: Codable {
        case word(String)
        case group([String: String])
        case numbers([String: Int32])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let word = try? container.decode(String.self) {
                self = .word(word)
            } else if let numbers = try? container.decode([String: Int32].self) {
                self = .numbers(numbers)
            } else {
                self = .group(try container.decode([String: String].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .word(let word): try container.encode(word)
            case .group(let group): try container.encode(group)
            case .numbers(let numbers): try container.encode(numbers)
            }
        }
    }

    /// Reads a plan; faults name the step.
    static func read(_ path: String) throws -> SupervisorPlan {
        let plan = try JSONDecoder().decode(SupervisorPlan.self, from: Data(contentsOf: URL(filePath: path)))
        for step in plan.steps {
            guard (step.run == nil) != (step.once == nil), !(step.run ?? step.once ?? []).isEmpty else {
                throw Failure("step \(step.name) needs either \"run\" or \"once\", with a command")
            }
            guard Supervisor.signalNumbers[step.stopSignal ?? "TERM"] != nil else {
                throw Failure("step \(step.name) stops by an unknown signal \(step.stopSignal ?? "")")
            }
        }
        return plan
    }
}

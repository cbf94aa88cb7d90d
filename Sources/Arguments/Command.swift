/// A program, or one of its commands: either it has parameters and does something, or it has commands itself.
public struct Command: Sendable {
    /// The word that selects it; of a program, its name.
    public let name: String
    /// What it does, in one line without a capital letter and a full stop.
    public let summary: String
    /// What a user must know besides the summary and the parameters.
    public let details: String
    /// Its parameters in the order of their declarations.
    public let parameters: [ParameterDescription]
    /// Its commands.
    public let commands: [Command]
    private let prepare: @Sendable ([String: [String]]) throws(UsageFault) -> Action

    /// Does what a command line asks for and returns the exit status.
    public typealias Action = @Sendable () throws -> Int32

    /// A command that does something.
    public init<P: Parameters>(
        _ name: String, _ summary: String, details: String = "", _: P.Type,
        run: @escaping @Sendable (ArgumentValues<P>) throws -> Int32
    ) {
        self.name = name
        self.summary = summary
        self.details = details
        parameters = P.declarations.map(\.description)
        commands = []
        prepare = { given throws(UsageFault) in
            let values = try ArgumentValues<P>(given)
            return { try run(values) }
        }
    }

    /// A command that has commands.
    public init(_ name: String, _ summary: String, details: String = "", commands: [Command]) {
        self.name = name
        self.summary = summary
        self.details = details
        parameters = []
        self.commands = commands
        prepare = { _ throws(UsageFault) in throw UsageFault("a command is required") }
    }

    /// Runs the command that `words` select and returns its exit status; what it throws is thrown on. The help text, and
    /// what packages are made of (`--manual SECTION`, `--completion SHELL`), goes to `output`. A command line that is not
    /// valid is explained to `errors`, with exit status 64.
    public func perform(
        _ words: [String], output: (String) -> Void, errors: (String) -> Void
    ) throws -> Int32 {
        if let text = description(asked: words) {
            output(text)
            return ExitCode.success
        }
        let selection = Selection(words, of: self)
        if selection.wantsHelp {
            output(selection.help)
            return ExitCode.success
        }
        do {
            return try selection.action()()
        } catch let fault as UsageFault {
            errors("\(selection.name): \(fault.message)\n\n\(selection.usage)\nMore: \(selection.name) --help\n")
            return ExitCode.usage
        }
    }

    /// The manual page or the completion script that `words` ask for.
    private func description(asked words: [String]) -> String? {
        guard words.count == 2 else { return nil }
        switch words[0] {
        case "--manual": return manual(section: words[1])
        case "--completion": return Shell(rawValue: words[1]).map(completion)
        default: return nil
        }
    }

    /// What `words` ask for. Throws when the command line is not valid.
    public func action(for words: [String]) throws(UsageFault) -> Action { try Selection(words, of: self).action() }

    /// The help text of the command that `words` select.
    public func help(for words: [String] = []) -> String { Selection(words, of: self).help }

    fileprivate func action(_ words: [String]) throws(UsageFault) -> Action {
        try prepare(try ArgumentParser.parse(words, parameters))
    }

    /// Whether an option of that name, of it or of one of its commands, has a value.
    fileprivate func hasValue(_ option: String) -> Bool {
        parameters.contains { parameter in
            if case .option = parameter.kind { parameter.name == option } else { false }
        } || commands.contains { $0.hasValue(option) }
    }
}

/// The command that words select.
struct Selection {
    /// From the program to the command.
    let path: [Command]
    private let words: [String]
    private let fault: UsageFault?

    init(_ words: [String], of program: Command) {
        var words = words
        var path = [program]
        var current = program
        var fault: UsageFault?
        while !current.commands.isEmpty, fault == nil {
            let names = current.commands.map(\.name).joined(separator: ", ")
            if let index = Self.firstOperand(words, of: current) {
                let word = words.remove(at: index)
                if let command = current.commands.first(where: { $0.name == word }) {
                    path.append(command)
                    current = command
                } else {
                    fault = UsageFault("there is no command \"\(word)\"; the commands are \(names)")
                }
            } else {
                fault = UsageFault("a command is required: \(names)")
            }
        }
        self.path = path
        self.words = words
        self.fault = fault
    }

    /// The words that select the command.
    var name: String { path.map(\.name).joined(separator: " ") }

    var command: Command { path[path.count - 1] }

    var wantsHelp: Bool { words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" } }

    func action() throws(UsageFault) -> Command.Action {
        if let fault { throw fault }
        return try command.action(words)
    }

    /// Options may come before the command.
    private static func firstOperand(_ words: [String], of command: Command) -> Int? {
        var index = 0
        while index < words.count, words[index] != "--" {
            guard words[index].hasPrefix("-") else { return index }
            index += command.hasValue(words[index]) ? 2 : 1
        }
        return nil
    }
}

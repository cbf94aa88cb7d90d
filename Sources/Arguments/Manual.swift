internal import Text

extension Command {
    /// The program's manual page for mdoc(7), made of the declarations. `section` is the manual's section, 1 or 8. In the
    /// line `.Dd DATE` the package puts its date.
    public func manual(section: String) -> String {
        let about = commands.isEmpty ? parameterLines(of: self) : []
        let lines =
            Roff.head(name, section: section, summary: summary)
            + [".Sh SYNOPSIS"] + synopsis(of: [self])
            + [".Sh DESCRIPTION"] + Roff.paragraphs(details.isEmpty ? sentence : details) + about
            + (commands.isEmpty ? [] : [".Sh COMMANDS"] + commandLines(under: [self]))
            + [".Sh EXIT STATUS", ".Bl -tag -width 3n"]
            + ExitCode.meanings.flatMap { [".It \($0.status)", Roff.text($0.meaning + ".")] } + [".El"]
            + Roff.foot(page: "\(name) \(section)")
        return lines.joined(separator: "\n") + "\n"
    }

    private var sentence: String { summary.prefix(1).uppercased() + summary.dropFirst() + "." }

    /// The command line: the words that select a command, and what it accepts.
    private func synopsis(of path: [Command]) -> [String] {
        let words = path.dropFirst().map(\.name)
        let start = ".Nm \(path[0].name)" + (words.isEmpty ? "" : " Cm " + words.map(Roff.word).joined(separator: " "))
        guard commands.isEmpty else { return [start, ".Ar COMMAND", ".Op Ar arguments ..."] }
        return [start]
            + parameters.map { parameter in
                let repeats = parameter.isRepeated ? " ..." : ""
                return (parameter.isRequired ? "." : ".Op ") + Roff.term(parameter) + repeats
            }
    }

    /// A section for each command that does something, and for each that has commands a word on what they are for.
    private func commandLines(under path: [Command]) -> [String] {
        path[path.count - 1].commands.flatMap { command in
            let whole = path + [command]
            let title = ".Ss " + whole.map { Roff.word($0.name) }.joined(separator: " ")
            let about = Roff.paragraphs(command.details.isEmpty ? command.sentence : command.details)
            guard command.commands.isEmpty else { return [title] + about + commandLines(under: whole) }
            return [title] + command.synopsis(of: whole) + [".Pp"] + about + parameterLines(of: command)
        }
    }

    private func parameterLines(of command: Command) -> [String] {
        guard !command.parameters.isEmpty else { return [] }
        return [".Bl -tag -width 12n"]
            + command.parameters.flatMap { parameter in
                let text = parameter.explanation
                return [".It " + Roff.term(parameter), Roff.text(text.prefix(1).uppercased() + text.dropFirst() + ".")]
            } + [".El"]
    }
}

extension Roff {
    /// A parameter as macros.
    static func term(_ parameter: ParameterDescription) -> String {
        switch parameter.kind {
        case .operand: "Ar \(word(parameter.name))"
        case .flag: "Fl \(word(String(parameter.name.dropFirst())))"
        case .option(let placeholder): "Fl \(word(String(parameter.name.dropFirst()))) Ar \(word(placeholder))"
        }
    }
}

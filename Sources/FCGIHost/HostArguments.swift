internal import Arguments
internal import Composition
internal import Text

/// The command line of `dailies-host`.
struct HostArguments: Parameters {
    let groups = Operand(repeated: "GROUP", .handlerGroup, "a handler group to serve; all of them when none is named")
    let socket = Option(
        optional: "--socket", "PATH", .text,
        "listen here; without it, or HOST_SOCKET, standard input must be a listening socket")
    let config = Option(optional: "--config", "FILE", .text, "the file of the settings; the environment wins over it")

    static let program = Command(
        "dailies-host", "answer FastCGI requests",
        details: """
            Answers FastCGI requests of the routes of some handler groups, until SIGTERM ends it. SIGHUP makes it read \
            the log level again. Exit status: 0 stopped, 64 wrong command line, 69 not able to start, 78 wrong settings.
            """,
        HostArguments.self
    ) { arguments in
        Host.run(arguments)
    }
}

extension ArgumentValues<HostArguments> {
    /// The groups to serve, each once.
    var servedGroups: [String] {
        let named = self.groups
        let known = HandlerGroup.all.map(\.name)
        return named.isEmpty ? known : known.filter(named.contains)
    }
}

extension ValueFormat<String> {
    fileprivate static var handlerGroup: Self {
        let names = HandlerGroup.all.map(\.name)
        let list = names.joined(separator: ", ")
        return ValueFormat("group", limits: list) { name throws(FormatFault) in
            guard names.contains(name) else { throw FormatFault("must be one of \(list)", not: name) }
            return name
        }
    }
}

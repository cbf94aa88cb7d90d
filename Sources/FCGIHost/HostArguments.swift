/// What the command line asks for.
struct HostArguments: Equatable {
    var socket: String?
    var config: String?
    var groups: [String] = []
    var wantsHelp = false

    struct Fault: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    static let help = """
        usage: dailies-host [--socket PATH] [--config FILE] [GROUP...]

        Serves handler groups over FastCGI: those named, or all of them.
        Without --socket (or HOST_SOCKET), the listening socket is expected as standard input.

        """

    init(_ arguments: [String], known: [String]) throws(Fault) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h":
                wantsHelp = true
            case "--socket", "--config":
                guard let value = rest.popFirst() else { throw Fault(description: "\(argument) needs a value") }
                if argument == "--socket" { socket = value } else { config = value }
            case _ where argument.hasPrefix("-"):
                throw Fault(description: "there is no option \(argument)")
            default:
                guard known.contains(argument) else {
                    let list = known.joined(separator: ", ")
                    throw Fault(description: "there is no handler group “\(argument)”; the groups are \(list)")
                }
                if !groups.contains(argument) { groups.append(argument) }
            }
        }
        if groups.isEmpty { groups = known }
    }
}

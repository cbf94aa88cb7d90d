/// `dailies supervise FILE`
enum SuperviseCommand: Command {
    static let name = "supervise"
    static let summary = "start and keep running the programs of a plan, as ./run does"
    static let help = """
        Usage: dailies supervise FILE

        Starts the steps of FILE (JSON) in order, holds the FastCGI sockets, restarts what ends, and on SIGTERM or
        SIGINT stops everything in the opposite order. On a machine with systemd the units do this instead.
        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.count == 1 else { throw UsageFault(message: "one file is needed") }
        var supervisor = Supervisor(try SupervisorPlan.read(arguments.words[0]))
        return try supervisor.run()
    }
}

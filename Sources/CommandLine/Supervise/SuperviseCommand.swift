internal import Arguments
internal import Text

/// `dailies supervise FILE`
enum SuperviseCommand {
    static let command = Command(
        "supervise", "start and keep running the programs of a plan, as ./run does",
        details: """
            Starts the steps of FILE in order, holds the FastCGI sockets and restarts programs that end. On SIGTERM or \
            SIGINT it stops everything in the opposite order. First it ends what a supervisor of the same plan left \
            running when it was killed. On a machine with systemd the units do this instead.
            """,
        Supervise.self
    ) { arguments in
        var supervisor = Supervisor(try SupervisorPlan.read(arguments.file))
        if arguments.orphansOnly {
            try supervisor.clear()
            return ExitCode.success
        }
        return try supervisor.run()
    }

    struct Supervise: Parameters {
        let file = Operand("FILE", .text, "the plan, in JSON")
        let orphansOnly = Flag("--end-orphans", "end what a killed supervisor left running, and start nothing")
    }
}

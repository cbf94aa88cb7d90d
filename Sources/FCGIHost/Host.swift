internal import Configuration
internal import FastCGI
internal import FoundationEssentials
internal import HTTP
internal import Installation
internal import Logging
internal import Platform
internal import Postgres

/// One process from its start to its end.
enum Host {
    /// The exit statuses of sysexits(3), which systemd shows by name.
    private enum Status {
        static let usage: Int32 = 64
        static let unavailable: Int32 = 69
        static let configuration: Int32 = 78
    }

    /// Requests that wait for no thread may be more than there are threads: as many as make a full group of votes.
    private static let requestsAtOnce = 256

    static func run() -> Never {
        let arguments = read()
        let settings = load(arguments)
        let log = Log.standard(level: settings.site.logLevel)
        FastCGIServer.prepareProcess()
        do {
            let board = try RequestBoard(limit: max(settings.host.threads, requestsAtOnce))
            let services = Services(settings: settings, steps: board, blocking: board.blocking, log: log)
            try services.schema.checkAtStart()
            let application = try Composition.application(serving: arguments.groups, services)
            let server = try FastCGIServer(
                socket: try listeningSocket(arguments, settings), board: board, threads: settings.host.threads,
                stopLimit: .seconds(settings.host.stopSeconds), log: log, onReload: { reload(arguments, log) },
                facts: application.facts, respond: application.respond(to:then:))
            try services.start(serving: arguments.groups)
            let isClean = try server.run()
            services.stop()
            log.notice("stopped", ["clean": .bool(isClean)])
            FastCGIServer.exit(0)
        } catch {
            fail(Status.unavailable, "\(error)")
        }
    }

    private static func read() -> HostArguments {
        do {
            let known = HandlerGroup.all.map(\.name)
            let arguments = try HostArguments(Array(CommandLine.arguments.dropFirst()), known: known)
            if arguments.wantsHelp {
                StandardStream.output(HostArguments.help + "groups: \(known.joined(separator: " "))\n")
                FastCGIServer.exit(0)
            }
            return arguments
        } catch {
            fail(Status.usage, "\(error)")
        }
    }

    private static func load(_ arguments: HostArguments) -> Settings {
        do {
            return try Settings.load(ProcessInfo.processInfo.environment, file: arguments.config)
        } catch {
            fail(Status.configuration, "the configuration has faults\n\(error)")
        }
    }

    private static func listeningSocket(_ arguments: HostArguments, _ settings: Settings) throws -> Int32 {
        let path = arguments.socket ?? settings.host.socket
        if let path { return try UnixSocket.listen(path) }
        guard UnixSocket.isListening(0) else {
            fail(Status.usage, "standard input is not a listening socket; name one with --socket PATH")
        }
        return 0
    }

    /// What may change while a process runs is the log's level; everything else waits for a restart, which loses
    /// nothing. A faulty configuration changes nothing.
    private static func reload(_ arguments: HostArguments, _ log: Log) {
        do {
            let settings = try Settings.load(ProcessInfo.processInfo.environment, file: arguments.config)
            log.threshold.level = settings.site.logLevel
            log.notice("configuration read again", ["level": .string(settings.site.logLevel.name)])
        } catch {
            log.error("the configuration has faults and was left as it is", ["faults": .string("\(error)")])
        }
    }

    private static func fail(_ status: Int32, _ message: String) -> Never {
        StandardStream.errors("dailies-host: \(message)\n")
        FastCGIServer.exit(status)
    }
}

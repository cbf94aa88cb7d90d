internal import Arguments
internal import Composition
internal import Configuration
internal import ErrorReports
internal import FastCGI
internal import FoundationEssentials
internal import HTTP
internal import Installation
internal import Logging
internal import Platform
internal import Postgres
internal import Status

/// One process from its start to its end.
enum Host {
    /// Requests that wait for no thread may be more than there are threads: as many as make a full group of votes.
    private static let requestsAtOnce = 256

    /// Runs the command line of this process.
    static func run() -> Never {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            FastCGIServer.exit(
                try HostArguments.program.perform(words, output: StandardStream.output, errors: StandardStream.errors))
        } catch {
            fail(ExitCode.unavailable, "\(error)")
        }
    }

    static func run(_ arguments: ArgumentValues<HostArguments>) -> Never {
        let settings = load(arguments)
        var log = Log.standard(level: settings.site.logLevel(of: .host))
        log.levels.follow(settings, of: .host)
        let reporter = settings.errorReporter(of: "dailies-host")
        if let reporter { log = log.also(reporter.take) }
        serve(arguments, settings, log, reporter)
    }

    private static func serve(
        _ arguments: ArgumentValues<HostArguments>, _ settings: Settings, _ log: Log, _ reporter: ErrorReporter?
    ) -> Never {
        for notice in settings.notices { log.notice("setting", ["notice": .string(notice)]) }
        FastCGIServer.prepareProcess()
        do {
            let eventLoop = try EventLoop(limit: max(settings.host.threads, requestsAtOnce))
            let services = Services(settings: settings, steps: eventLoop, blocking: eventLoop.blocking, log: log)
            try services.schema.checkAtStart()
            let application = try Application(serving: arguments.servedGroups, services)
            let server = try FastCGIServer(
                socket: try listeningSocket(arguments, settings), eventLoop: eventLoop, threads: settings.host.threads,
                stopLimit: .seconds(settings.host.stopSeconds), log: log.of(.server),
                onReload: { reload(arguments, log) },
                facts: application.facts, respond: application.respond(to:then:))
            let status = status(of: server, application, services, settings, arguments, log)
            try reporter?.start()
            try services.start(serving: arguments.servedGroups)
            let isClean = try server.run()
            services.stop()
            status?.stop()
            reporter?.stop()
            log.notice("stopped", ["clean": .bool(isClean)])
            FastCGIServer.exit(0)
        } catch {
            fail(ExitCode.unavailable, "\(error)")
        }
    }

    /// Begins to tell how the process is, where the settings give it a socket for that.
    private static func status(
        of server: FastCGIServer, _ application: Application, _ services: Services, _ settings: Settings,
        _ arguments: ArgumentValues<HostArguments>, _ log: Log
    ) -> StatusServer? {
        guard let path = settings.host.statusSocket else { return nil }
        do {
            return try openStatus(at: path, server, application, services, settings, arguments, log)
        } catch {
            // A site that is not watched is better than none.
            log.error("the status socket cannot be opened", ["error": .string("\(error)")])
            return nil
        }
    }

    private static func openStatus(
        at path: String, _ server: FastCGIServer, _ application: Application, _ services: Services,
        _ settings: Settings, _ arguments: ArgumentValues<HostArguments>, _ log: Log
    ) throws -> StatusServer {
        let groups = arguments.servedGroups
        // One process counts for nginx.
        let cache =
            groups.contains(HandlerGroup.system)
            ? try CacheFigures(path: path.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/cache.sock")
            : nil
        try cache?.start()
        let state = ProcessStatus(
            application, services, server, groups: groups, log: log, cache: cache,
            readLevels: { log.levels.follow(settings, of: .host) })
        let status = try StatusServer(path: path, log: log.of(.server), answer: state.answer)
        try status.start()
        return status
    }

    private static func load(_ arguments: ArgumentValues<HostArguments>) -> Settings {
        do {
            return try Settings.load(ProcessInfo.processInfo.environment, file: arguments.config)
        } catch {
            fail(ExitCode.configuration, "the configuration has faults\n\(error)")
        }
    }

    private static func listeningSocket(_ arguments: ArgumentValues<HostArguments>, _ settings: Settings) throws
        -> Int32
    {
        let path = arguments.socket ?? settings.host.socket
        if let path { return try UnixSocket.listen(path) }
        guard UnixSocket.isListening(0) else {
            fail(ExitCode.usage, "standard input is not a listening socket; name one with --socket PATH")
        }
        return 0
    }

    /// What may change while a process runs is the log's level; everything else waits for a restart, which loses
    /// nothing. A faulty configuration changes nothing.
    private static func reload(_ arguments: ArgumentValues<HostArguments>, _ log: Log) {
        do {
            let settings = try Settings.load(ProcessInfo.processInfo.environment, file: arguments.config)
            log.levels.follow(settings, of: .host)
            log.notice("configuration read again", ["level": .string(log.levels.all.level.name)])
        } catch {
            log.error("the configuration has faults and was left as it is", ["faults": .string("\(error)")])
        }
    }

    private static func fail(_ status: Int32, _ message: String) -> Never {
        StandardStream.errors("dailies-host: \(message)\n")
        FastCGIServer.exit(status)
    }
}

internal import FastCGI
internal import FoundationEssentials
internal import HTTP
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

    static func run() -> Never {
        let arguments = read()
        let settings = load(arguments)
        let log = Log.standard(level: settings.logLevel)
        FastCGIServer.prepareProcess()
        let services = Services(settings: settings, log: log)
        do {
            try services.schema.checkAtStart()
            let application = try Composition.application(serving: arguments.groups, services)
            let server = try FastCGIServer(
                socket: try listeningSocket(arguments, settings), threads: settings.hostThreads,
                stopLimit: .seconds(settings.hostStopSeconds), log: log, onReload: { reload(arguments, log) },
                facts: application.facts, respond: application.respond)
            try services.start(serving: arguments.groups)

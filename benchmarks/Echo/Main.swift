internal import FastCGI
internal import Glibc
internal import HTTP
internal import Logging
internal import Platform

/// Answers every request with the same bytes, by the server and threads that the hosts use and nothing else of them:
/// what nginx and FastCGI cost by themselves.
///
/// `bench-echo SOCKET BYTES`
@main
enum Main {
    static func main() throws {
        try run(CommandLine.arguments)
    }

    nonisolated private static func run(_ arguments: [String]) throws {
        guard arguments.count == 3, let size = Int(arguments[2]), (1...1_000_000).contains(size) else {
            StandardStream.errors("usage: bench-echo SOCKET BYTES\n")
            exit(64)
        }
        FastCGIServer.prepareProcess()
        let log = Log.standard(level: .warning)
        let response = Response.json(bytes: [UInt8](repeating: UInt8(ascii: "x"), count: size))
        // The server asks before it reads a body what there is to know of a route; its answer is never made.
        let application = try Application(
            routes: [.get("/echo", access: .any, limit: nil, summary: "Echo", later: { _ in .now(response) })],
            guards: Guard(
                siteOrigin: "", identify: { _ in .visitor }, verifyCSRF: { _, _ in false }),
            log: log)
        let server = try FastCGIServer(
            socket: try UnixSocket.listen(arguments[1]), eventLoop: try EventLoop(limit: 256), threads: 1, log: log,
            onReload: {}, facts: application.facts, respond: { _, then in then(response) })
        _ = try server.run()
        FastCGIServer.exit(0)
    }
}

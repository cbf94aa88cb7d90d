internal import Configuration
internal import FoundationEssentials
internal import Glibc
internal import HTTP
internal import HTTPClient
internal import Installation
internal import Logging
internal import Platform
internal import TestSupport

@testable internal import Composition

/// What answers a site's requests.
protocol Backend: AnyObject {
    func answer(to request: Asking) throws -> Answer
    func stop()
}

/// The application itself, composed as the host composes it.
final class InProcess: Backend {
    private let services: Services
    private let application: Application

    /// Every route that a host can serve.
    var routes: [Route] { application.routes }

    init(_ settings: Settings) throws {
        services = Services(
            settings: settings, steps: ThisThread(), blocking: ThisThread(), log: .standard(level: .error))
        try services.schema.checkAtStart()
        application = try Application(serving: HandlerGroup.all.map(\.name), services)
        try services.start()
    }

    func answer(to request: Asking) throws -> Answer {
        let response = application.respond(
            to: Request(
                request.method, request.target, headers: request.headers, body: request.body,
                clientAddress: request.address))
        return Answer(status: response.status, headers: response.headers, body: response.bytes ?? [])
    }

    func stop() { services.stop() }
}

/// nginx with the shipped files, and one host that serves every group on the sockets of all processes.
final class ThroughNginx: Backend {
    private let client = HTTPClient()
    private let origin: String
    private var children: [ChildProcess] = []

    init(_ settings: Settings, _ given: [String: String], directory: String, port: Int) throws {
        origin = settings.site.url
        let socket = try UnixSocket.listen(directory + "/web.sock")
        let table = try String(contentsOfFile: Repository.root + "/systemd/conf/processes.conf", encoding: .utf8)
        for name in try ProcessTable(table).processes.map(\.name) where name != "web" {
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/\(name).sock", withDestinationPath: directory + "/web.sock")
        }
        var environment = given.merging(Subprocess.plainEnvironment) { mine, _ in mine }
        environment["HOST_THREADS"] = "200"
        let log = try Descriptor.appending(to: directory + "/log/host.log")
        children.append(
            try ChildProcess.spawn(
                Repository.programs + "/dailies-host", [], environment: environment, input: socket, output: log.number,
                errors: log.number))
        close(socket)
        let rendered = try Subprocess.run(
            Repository.root + "/scripts/render-nginx",
            [
                "--data", directory, "--run", directory, "--web", settings.host.webDirectory, "--listen",
                "127.0.0.1:\(port)", "--trust-proxy", "127.0.0.1", directory + "/nginx.d",
            ], timeout: safetyLimit)
        guard rendered.status.isSuccess else { throw SiteFault("render-nginx: \(rendered.stderr)") }
        children.append(
            try ChildProcess.spawn(
                "/usr/sbin/nginx", ["-e", "stderr", "-c", directory + "/nginx.d/nginx.conf", "-g", "daemon off;"],
                output: log.number, errors: log.number))
        guard eventually({ (try? self.get("/readyz"))?.status == 200 }) else {
            throw SiteFault(
                "the site does not answer: \(try String(contentsOfFile: directory + "/log/host.log", encoding: .utf8))")
        }
    }

    func answer(to request: Asking) throws -> Answer {
        var headers = request.headers.fields.map { (name: $0.name, value: $0.value) }
        headers.append((name: "X-Forwarded-For", value: request.address))
        let response = try client.send(
            OutgoingRequest(
                method: request.method.description, url: origin + request.target, headers: headers, body: request.body,
                responseLimit: 8 << 20))
        var received = Headers()
        for (name, value) in response.headers { received.add(name, value) }
        return Answer(status: response.status, headers: received, body: response.body)
    }

    func stop() {
        for child in children.reversed() {
            child.signal(SIGTERM)
            _ = try? child.wait()
        }
    }

    private func get(_ path: String) throws -> Answer {
        try answer(to: Asking(method: .get, target: path, headers: [:], body: [], address: "127.0.0.1"))
    }
}

/// A free port of loopback, to be listened on a while later.
enum FreePort {
    /// Outside the range from which the kernel gives ports to clients: another test could have one of those by then.
    private static let candidates: Range<UInt16> = 10_000..<32_768

    static func find() throws -> Int {
        for _ in 0..<100 {
            let port = UInt16.random(in: candidates)
            if isFree(port) { return Int(port) }
        }
        throw SiteFault("no free port")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(probe, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

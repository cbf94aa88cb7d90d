import FoundationEssentials
import TestSupport
import Testing

@testable import Composition
@testable import HTTP

/// What is installed follows from the declared routes and from `systemd/conf/processes.conf`.
@Suite("Files made from routes and processes")
struct ShippedFilesTests {
    private static let remedy: Comment =
        """
        run: dailies routes --processes systemd/conf/processes.conf --nginx nginx --systemd systemd/conf
        """

    private func file(_ path: String) throws -> String {
        try String(contentsOfFile: "\(Repository.root)/\(path)", encoding: .utf8)
    }

    private func table() throws -> ProcessTable { try ProcessTable(file("systemd/conf/processes.conf")) }

    @Test("OPS-05 nginx passes every declared route to the process of its group")
    func nginx() throws {
        let map = try RouteMap(processes: table())
        #expect(try file("nginx/routes.conf") == map.nginxRoutes, Self.remedy)
        #expect(try file("nginx/upstreams.conf") == map.nginxUpstreams, Self.remedy)
    }

    @Test("the pages' types are those of the declared routes")
    func types() throws {
        #expect(
            try file("web/js/api.d.ts") == TypeScript.declarations(routes: RouteMap.declaredRoutes()),
            "run: dailies routes --types web/js/api.d.ts")
    }

    @Test("no two forms of the API have one name, and every answer has a name")
    func names() throws {
        let routes = try RouteMap.declaredRoutes()
        #expect(NamedForms(routes: routes).clashes == [])
        for route in routes where route.access != .internal_ {
            for case (let status, let schema?) in route.answers {
                #expect(schema.name != nil, "\(route.method) \(route.pattern): \(status)")
            }
        }
    }

    @Test("OPS-05 nginx's other files name no path that a route declares")
    func byHand() throws {
        let patterns = Set(try RouteMap(processes: table()).entries.map(\.route.pattern))
        for name in ["dailies-site.conf", "dailies-http.conf", "nginx.conf"] {
            for line in try file("nginx/\(name)").split(separator: "\n") {
                let words = line.split(whereSeparator: \.isWhitespace)
                guard words.first == "location" else { continue }
                #expect(!words.dropFirst().contains { patterns.contains(String($0)) }, "\(name): \(line)")
            }
        }
    }

    @Test("OPS-05 systemd starts the processes of the table, with their groups, threads and network")
    func systemd() throws {
        let processes = try table().processes
        for process in processes {
            #expect(try file("systemd/conf/host-\(process.name).conf") == process.environment, Self.remedy)
        }
        let manager = FileManager.default
        let names = Set(processes.map(\.name))
        let configured = try manager.contentsOfDirectory(atPath: "\(Repository.root)/systemd/conf")
            .filter { $0.hasPrefix("host-") }
        #expect(Set(configured) == Set(names.map { "host-\($0).conf" }))
        let dropIns = try manager.contentsOfDirectory(atPath: "\(Repository.root)/systemd")
            .filter { $0.hasPrefix("dailies-host@") && $0.hasSuffix(".service.d") }
        #expect(
            Set(dropIns) == Set(processes.filter(\.hasNetwork).map { "dailies-host@\($0.name).service.d" }),
            "the processes with a network have a drop-in that allows it")
        let wanted = try file("systemd/dailies.target").split(separator: "\n")
            .filter { $0.hasPrefix("Wants=") }.flatMap { $0.dropFirst("Wants=".count).split(separator: " ") }
            .filter { $0.hasPrefix("dailies-host@") }
        let units = names.flatMap { ["dailies-host@\($0).socket", "dailies-host@\($0).service"] }
        #expect(wanted.map(String.init).sorted() == units.sorted())
    }
}

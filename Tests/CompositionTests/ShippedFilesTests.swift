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

    @Test("OPS-01 nginx's own sockets are in directories closed to other accounts, and are removed before it starts")
    func sockets() throws {
        let paths = try file("nginx/dailies-site.conf").split(separator: "\n")
            .compactMap { $0.split(separator: "listen unix:").dropFirst().first?.dropLast() }
        #expect(!paths.isEmpty)
        let directories = try file("systemd/tmpfiles.conf").split(separator: "\n")
            .map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        let unit = try file("systemd/nginx.service.d/dailies.conf").split(separator: "\n")
        for path in paths {
            let directory = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
            #expect(directories.contains { $0.starts(with: ["d", Substring(directory), "0750"]) }, "\(directory)")
            #expect(unit.contains("ExecStartPre=/usr/bin/rm -f \(path)"))
        }
        #expect(unit.contains("Restart=always"))
        let process = try file("nginx/nginx.conf").split(separator: "\n").first { $0.hasPrefix("pid ") }
        #expect(process == "pid /run/nginx.pid;", "Debian's unit looks there")
    }

    @Test("OPS-05 the settings are read by the programs alone, since systemd reads quotes and comments in another way")
    func settings() throws {
        for name in ["dailies-host@", "dailies-jobs@"] {
            let unit = try file("systemd/\(name).service").split(separator: "\n")
            #expect(unit.contains("Environment=DAILIES_CONFIG=/etc/dailies/dailies.conf"), "\(name)")
            // What systemd does read are the files made for it, which hold no quotes.
            let read = unit.filter { $0.hasPrefix("EnvironmentFile=") }
            #expect(read.count == 1 && read.allSatisfy { $0.contains("-%i.conf") }, "\(name): \(read)")
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(Repository.root)/systemd/conf")
        where name != "processes.conf" {
            for line in try file("systemd/conf/\(name)").split(separator: "\n") {
                #expect(!line.contains { "\"'\\#".contains($0) }, "\(name): \(line)")
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

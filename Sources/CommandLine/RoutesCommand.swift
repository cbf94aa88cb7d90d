internal import Composition
internal import Film
internal import FoundationEssentials
internal import HTTP

/// `dailies routes`
enum RoutesCommand: Command {
    static let name = "routes"
    static let summary = "list the routes and their processes, or write nginx's files"
    static let help = """
        Usage: dailies routes [--processes FILE] [--json]
               dailies routes --match PATH... [--processes FILE] [--json]
               dailies routes [--nginx DIRECTORY] [--systemd DIRECTORY] [--processes FILE]

        Lists every route: method, path, who may call, limit, size of bodies, cache and process. Needs no settings and no
        database.

          --processes FILE     which process serves which groups (default: \(standardTable))
          --match              print which route and which process answer on each PATH
          --nginx DIRECTORY    write upstreams.conf and routes.conf into DIRECTORY
          --systemd DIRECTORY  write host-NAME.conf for each process into DIRECTORY
        """
    static let options: Set<String> = ["--processes", "--nginx", "--systemd"]
    static let flags: Set<String> = ["--match"]

    private static let standardTable = "/etc/dailies/processes.conf"

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.isEmpty != arguments.flags.contains("--match") else {
            throw UsageFault(message: "paths and --match are given together")
        }
        let table = try readTable(arguments.values["--processes"] ?? standardTable)
        let map = try RouteMap(processes: table)
        if arguments.flags.contains("--match") {
            try match(arguments.words, in: map, arguments)
        } else if arguments.values["--nginx"] == nil, arguments.values["--systemd"] == nil {
            try list(map, arguments)
        }
        if let directory = arguments.values["--nginx"] {
            try write(map.nginxUpstreams, to: "upstreams.conf", in: directory)
            try write(try map.nginxRoutes, to: "routes.conf", in: directory)
        }
        if let directory = arguments.values["--systemd"] {
            for process in table.processes {
                try write(process.environment, to: "host-\(process.name).conf", in: directory)
            }
        }
        return ExitCode.success
    }

    private static func readTable(_ path: String) throws -> ProcessTable {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure("\(path) cannot be read; name the table of processes with --processes")
        }
        do {
            return try ProcessTable(text)
        } catch {
            throw Failure("\(path): \(error)")
        }
    }

    private static func write(_ text: String, to name: String, in directory: String) throws {
        try Data(text.utf8).write(to: URL(filePath: directory).appending(path: name), options: .atomic)
    }

    private static func list(_ map: RouteMap, _ arguments: Arguments) throws {
        let listed = map.entries.map(Listed.init).sorted { ($0.path, $0.method) < ($1.path, $1.method) }
        let rows =
            [["METHOD", "PATH", "ACCESS", "LIMIT", "BODY", "CACHE", "PROCESS"]]
            + listed.map { route in
                [
                    route.method, route.path, route.access, route.limit ?? "-",
                    route.bodyLimit == 0 ? "-" : String(route.bodyLimit), route.cache, route.process,
                ]
            }
        try Output.answer(listed, text: table(rows), for: arguments)
    }

    private static func match(_ paths: [String], in map: RouteMap, _ arguments: Arguments) throws {
        let found = paths.map { path in
            let destination = map.destination(of: path)
            return Matched(path: path, route: destination.pattern, process: destination.process)
        }
        let rows = found.map { [$0.path, $0.route ?? "no route", $0.process] }
        try Output.answer(found, text: table(rows), for: arguments)
    }

    /// Columns as wide as their widest cell.
    private static func table(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            let line = cells.joined(separator: "  ")
            return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
        }.joined(separator: "\n")
    }

    private struct Listed: Encodable {
        let method, path, access: String
        /// The class of limits that calls count against.
        @OrNull var limit: String?
        /// The most bytes of a body.
        let bodyLimit: Int
        /// What nginx may keep: `public` answers.
        let cache: String
        let group, process: String

        init(_ entry: RouteMap.Entry) {
            let route = entry.route
            method = route.method.description
            path = route.pattern
            access = route.access.rawValue
            limit = route.limit?.rawValue
            bodyLimit = route.bodyLimit
            cache = route.cache.isSameForAll ? "public" : "-"
            group = entry.group
            process = entry.process
        }
    }

    private struct Matched: Encodable {
        let path: String
        @OrNull var route: String?
        let process: String
    }
}

internal import Arguments
internal import Composition
internal import FoundationEssentials
internal import HTTP
internal import Text

/// `dailies routes`
enum RoutesCommand {
    static let command = Command(
        "routes", "list the routes and their processes, or write the files derived from them",
        details: """
            Lists every route: method, path, who may call, limit, size of bodies, cache and process. Needs no settings \
            and no database.
            """,
        Routes.self, run: run)

    struct Routes: PrintsJSON {
        let paths = Operand(repeated: "PATH", .text, "with --match, a path to look up")
        let isMatching = Flag("--match", "print which route and which process answer on each PATH")
        let processes = Option(
            "--processes", "FILE", .text, default: "/etc/dailies/processes.conf",
            "which process serves which groups")
        let nginx = Option(optional: "--nginx", "DIRECTORY", .text, "write upstreams.conf and routes.conf into it")
        let systemd = Option(optional: "--systemd", "DIRECTORY", .text, "write host-NAME.conf for each process into it")
        let types = Option(optional: "--types", "FILE", .text, "write the TypeScript declarations of the API to it")
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.paths.isEmpty == values.isMatching {
                throw UsageFault("paths and --match are given together")
            }
        }
    }

    private static func run(_ arguments: ArgumentValues<Routes>) throws -> Int32 {
        if let file = arguments.types {
            try Data(TypeScript.declarations(routes: try RouteMap.declaredRoutes()).utf8)
                .write(to: URL(filePath: file), options: .atomic)
            return ExitCode.success
        }
        let table = try readTable(arguments.processes)
        let map = try RouteMap(processes: table)
        if arguments.isMatching {
            try match(arguments.paths, in: map, arguments)
        } else if arguments.nginx == nil, arguments.systemd == nil {
            try list(map, arguments)
        }
        if let directory = arguments.nginx {
            try write(map.nginxUpstreams, to: "upstreams.conf", in: directory)
            try write(try map.nginxRoutes, to: "routes.conf", in: directory)
        }
        if let directory = arguments.systemd {
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

    private static func list(_ map: RouteMap, _ arguments: ArgumentValues<Routes>) throws {
        let listed = map.entries.map(Listed.init).sorted { ($0.path, $0.method) < ($1.path, $1.method) }
        let rows =
            [["METHOD", "PATH", "ACCESS", "LIMIT", "BODY", "CACHE", "PROCESS"]]
            + listed.map { route in
                [
                    route.method, route.path, route.access, route.limit ?? "-",
                    route.bodyLimit == 0 ? "-" : String(route.bodyLimit), route.cache, route.entry.process,
                ]
            }
        try Output.answer(listed, text: table(rows), for: arguments)
    }

    private static func match(_ paths: [String], in map: RouteMap, _ arguments: ArgumentValues<Routes>) throws {
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

    private struct Listed: Shaped {
        let entry: RouteMap.Entry

        var method: String { entry.route.method.description }
        var path: String { entry.route.pattern }
        var access: String { entry.route.access.rawValue }
        var limit: String? { entry.route.limit?.rawValue }
        var bodyLimit: Int { entry.route.bodyLimit }
        var cache: String {
            if entry.route.cache.isSameForVisitors { return "visitors" }
            return entry.route.cache.isSameForAll ? "public" : "-"
        }

        static let shape = Shape<Listed>("ListedRoute") {
            Field("method", \.method)
            Field("path", \.path)
            Field("access", \.access)
            Field("limit", \.limit, "The class of limits that calls count against.")
            Field("bodyLimit", \.bodyLimit, "The most bytes of a body.")
            Field("cache", \.cache, "Which answers nginx may keep: those that are `public`.")
            Field("group", \.entry.group)
            Field("process", \.entry.process)
        }
    }

    private struct Matched: Shaped {
        let path: String
        let route: String?
        let process: String

        static let shape = Shape<Matched>("MatchedRoute") {
            Field("path", \.path)
            Field("route", \.route)
            Field("process", \.process)
        }
    }
}

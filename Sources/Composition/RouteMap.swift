internal import Configuration
public import HTTP
internal import Installation
internal import Logging
internal import PagesHandlers
internal import Platform

/// Every declared route, and the process that serves it.
public struct RouteMap: Sendable {
    /// One route.
    public struct Entry: Sendable {
        /// What the handler group declares.
        public let route: Route
        /// The handler group.
        public let group: String
        /// The name of the process that serves the group.
        public let process: String
    }

    /// Where a path leads.
    public struct Destination: Sendable, Equatable {
        /// The pattern of the routes there; nil when there is none.
        public let pattern: String?
        /// The process that answers: that of the pattern, else the one that answers on unknown paths.
        public let process: String
    }

    /// Why nginx cannot be told how to reach the routes.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        /// The fault as a sentence.
        public let description: String
    }

    /// The routes in the order of their groups.
    public let entries: [Entry]
    let table: ProcessTable
    /// The process that answers on paths without a route.
    let fallback: String
    private let router: Router
    private let processes: [String: String]

    /// The routes of all handler groups. Reads no file and opens no connection.
    public init(processes: ProcessTable) throws {
        try self.init(Self.declaredGroups(), processes: processes)
    }

    /// Every route that a handler group declares.
    public static func declaredRoutes() throws -> [Route] { try declaredGroups().flatMap(\.routes) }

    private static func declaredGroups() throws -> [(name: String, routes: [Route])] {
        let settings = try Settings.load([
            "DATABASE_URL": "postgresql:///none", "SITE_URL": "http://127.0.0.1",
            "SECRET_KEY": String(repeating: "0", count: 64),
        ])
        let services = Services(settings: settings, steps: NoSteps(), blocking: NoSteps(), log: .silent) {
            Assets(hash: "none")
        }
        return try HandlerGroup.all.map { ($0.name, try $0.routes(services)) }
    }

    /// The routes of some handler groups.
    init(_ groups: [(name: String, routes: [Route])], processes table: ProcessTable) throws {
        var entries: [Entry] = []
        var processes: [String: String] = [:]
        for group in groups {
            guard let process = table.process(serving: group.name)?.name else {
                throw Fault(description: "No process serves the handler group \(group.name).")
            }
            for route in group.routes {
                entries.append(Entry(route: route, group: group.name, process: process))
                let other = processes.updateValue(process, forKey: route.address)
                guard other == nil || other == process else {
                    throw Fault(
                        description: "The routes of \(route.pattern) are in two processes; nginx can reach only one.")
                }
            }
        }
        guard let fallback = table.process(serving: HandlerGroup.pages)?.name else {
            throw Fault(description: "No process serves the handler group \(HandlerGroup.pages).")
        }
        self.entries = entries
        self.table = table
        self.fallback = fallback
        self.processes = processes
        router = try Router(routes: entries.map(\.route))
    }

    /// Where a path leads, for any method. A path with a slash at its end leads where the path without it does, because
    /// the process redirects.
    public func destination(of path: String) -> Destination {
        for route in router.routes(at: path) where route.access != .internal_ {
            return Destination(pattern: route.pattern, process: processes[route.address] ?? fallback)
        }
        return Destination(pattern: nil, process: fallback)
    }

    private struct NoSteps: StepRunner {
        func perform(_ steps: [Step]) {}
    }
}

extension Route {
    /// What patterns have in common that match the same paths.
    var address: String {
        "/"
            + parts.map { part in
                switch part {
                case .fixed(let text): text
                case .one: "[]"
                case .rest: "[...]"
                }
            }.joined(separator: "/")
    }
}

internal import Text

/// Finds the route of a method and path. Fixed paths are one hash lookup; others walk a tree by their parts.
public struct Router: Sendable {
    /// What a method and path lead to.
    public enum Found: Sendable {
        /// A route, and the decoded parts of the path that its pattern names.
        case route(Route, parameters: [String: String])
        /// There is something, but not for this method.
        case methodNotAllowed([Method])
        /// There is nothing.
        case notFound
        /// The path is not one: bad escapes, not UTF-8, a NUL, or dots that climb.
        case malformed
    }

    /// Why a set of routes cannot be served.
    public enum Fault: Error, Hashable, CustomStringConvertible {
        /// Two routes answer the same requests.
        case duplicate(String)
        /// A pattern is not written as patterns are.
        case malformedPattern(String)

        /// The fault as a sentence.
        public var description: String {
            switch self {
            case .duplicate(let route): "Two routes answer \(route)."
            case .malformedPattern(let pattern): "The pattern \(pattern) is malformed."
            }
        }
    }

    /// Every route in the order in which it was given.
    public let routes: [Route]
    private var fixed: [String: [Endpoint]] = [:]
    private var tree = Node()

    fileprivate struct Endpoint: Sendable {
        let route: Int
        let method: Method
        let names: [String]
    }

    /// Routes, which must not clash.
    public init(routes: [Route]) throws(Fault) {
        self.routes = routes
        for (index, route) in routes.enumerated() {
            let parts = try Router.parts(of: route.pattern)
            let endpoint = Endpoint(route: index, method: route.method, names: parts.compactMap(\.name))
            let clash: Bool
            if endpoint.names.isEmpty {
                clash = fixed[route.pattern]?.contains { $0.method == route.method } ?? false
                fixed[route.pattern, default: []].append(endpoint)
            } else {
                clash = !tree.insert(endpoint, at: parts[...])
            }
            if clash { throw Fault.duplicate("\(route.method) \(route.pattern)") }
        }
    }

    /// Looks a request up; HEAD is answered by the route of GET.
    public func lookup(_ method: Method, _ path: String) -> Found {
        if let endpoints = fixed[path] { return choose(endpoints, method, values: []) }
        switch locate(path) {
        case .endpoints(let endpoints, let values): return choose(endpoints, method, values: values)
        case .nothing: return .notFound
        case .malformed: return .malformed
        }
    }

    /// The routes of every method at a path. A path with a slash at its end has those of the path without it.
    public func routes(at path: String) -> [Route] {
        for candidate in [path] + [Router.bare(path)].compactMap(\.self) {
            if case .endpoints(let endpoints, _) = locate(candidate) { return endpoints.map { routes[$0.route] } }
        }
        return []
    }

    /// The path without the slash at its end, if it has one.
    static func bare(_ path: String) -> String? {
        guard path.count > 1, path.last == "/" else { return nil }
        let bare = path.dropLast()
        return bare.last == "/" ? nil : String(bare)
    }

    private enum Location {
        case endpoints([Endpoint], values: [String])
        case nothing
        case malformed
    }

    private func locate(_ path: String) -> Location {
        if let endpoints = fixed[path] { return .endpoints(endpoints, values: []) }
        guard path.utf8.first == UInt8(ascii: "/") else { return .malformed }
        var parts: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard part != ".", part != "..", let decoded = Text.strictlyDecoded(part) else { return .malformed }
            parts.append(decoded)
        }
        if parts.count == 1, parts[0].isEmpty { parts = [] }
        guard !parts.contains("") else { return .nothing }
        // An escaped fixed path is the same path.
        if path.utf8.contains(UInt8(ascii: "%")), !parts.contains(where: { $0.contains("/") }),
            let endpoints = fixed["/" + parts.joined(separator: "/")]
        {
            return .endpoints(endpoints, values: [])
        }
        var values: [String] = []
        guard let endpoints = tree.find(parts[...], &values) else { return .nothing }
        return .endpoints(endpoints, values: values)
    }

    /// Looks a request up whose answer may also be that of a route for another method: a browser can only post forms.
    func lookup(_ request: Request) -> Found {
        let found = lookup(request.method, request.path)
        guard case .methodNotAllowed(let methods) = found, request.method == .post,
            request.contentType == Request.formType
        else { return found }
        for method in methods where method.isMutation {
            if case .route(let route, let parameters) = lookup(method, request.path), route.form != nil {
                return .route(route, parameters: parameters)
            }
        }
        return found
    }

    private func choose(_ endpoints: [Endpoint], _ method: Method, values: [String]) -> Found {
        let wanted = endpoints.first { $0.method == method }
        guard let endpoint = wanted ?? (method == .head ? endpoints.first { $0.method == .get } : nil) else {
            return .methodNotAllowed(Router.allowed(endpoints.map(\.method)))
        }
        let parameters = Dictionary(zip(endpoint.names, values)) { first, _ in first }
        return .route(routes[endpoint.route], parameters: parameters)
    }

    private static func allowed(_ methods: [Method]) -> [Method] {
        let order: [Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        let present = Set(methods).union([.options]).union(methods.contains(.get) ? [.head] : [])
        return order.filter(present.contains)
    }
}

extension Router {
    /// The part of a pattern between two slashes.
    public enum Part: Sendable, Hashable {
        /// The text itself.
        case fixed(String)
        /// Any text, under a name.
        case one(String)
        /// Everything up to the end of the path, under a name.
        case rest(String)

        var name: String? {
            switch self {
            case .fixed: nil
            case .one(let name), .rest(let name): name
            }
        }
    }

    /// The names in a pattern, in order.
    static func names(in pattern: String) -> [String] {
        ((try? parts(of: pattern)) ?? []).compactMap(\.name)
    }

    fileprivate static func parts(of pattern: String) throws(Fault) -> [Part] {
        guard pattern.hasPrefix("/") else { throw Fault.malformedPattern(pattern) }
        if pattern == "/" { return [] }
        var parts: [Part] = []
        for text in pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if case .rest? = parts.last { throw Fault.malformedPattern(pattern) }
            if text.hasPrefix("["), text.hasSuffix("]") {
                let name = text.dropFirst().dropLast()
                let isRest = name.hasPrefix("...")
                let bare = String(isRest ? name.dropFirst(3) : name)
                guard !bare.isEmpty, bare.allSatisfy({ $0.isLetter || $0.isNumber }),
                    !parts.contains(where: { $0.name == bare })
                else { throw Fault.malformedPattern(pattern) }
                parts.append(isRest ? .rest(bare) : .one(bare))
            } else {
                guard !text.isEmpty, !text.contains(where: { "[]%?#".contains($0) }) else {
                    throw Fault.malformedPattern(pattern)
                }
                parts.append(.fixed(String(text)))
            }
        }
        return parts
    }

    /// The routes below one point of a path. Fixed parts win over named ones, named ones over the rest.
    private struct Node: Sendable {
        private var endpoints: [Endpoint] = []
        private var fixed: [String: Node] = [:]
        private var named: [Node] = []
        private var rest: [Endpoint] = []

        mutating func insert(_ endpoint: Endpoint, at parts: ArraySlice<Part>) -> Bool {
            guard let part = parts.first else { return Node.add(endpoint, to: &endpoints) }
            switch part {
            case .fixed(let text):
                return fixed[text, default: Node()].insert(endpoint, at: parts.dropFirst())
            case .one:
                if named.isEmpty { named.append(Node()) }
                return named[0].insert(endpoint, at: parts.dropFirst())
            case .rest:
                return Node.add(endpoint, to: &rest)
            }
        }

        func find(_ parts: ArraySlice<String>, _ values: inout [String]) -> [Endpoint]? {
            guard let part = parts.first else { return endpoints.isEmpty ? nil : endpoints }
            if let found = fixed[part]?.find(parts.dropFirst(), &values) { return found }
            if let node = named.first {
                values.append(part)
                if let found = node.find(parts.dropFirst(), &values) { return found }
                values.removeLast()
            }
            guard !rest.isEmpty else { return nil }
            values.append(parts.joined(separator: "/"))
            return rest
        }

        private static func add(_ endpoint: Endpoint, to endpoints: inout [Endpoint]) -> Bool {
            guard !endpoints.contains(where: { $0.method == endpoint.method }) else { return false }
            endpoints.append(endpoint)
            return true
        }
    }
}

extension Route {
    /// The parts of the pattern; none for `/`, and for a pattern that no router accepts.
    public var parts: [Router.Part] { (try? Router.parts(of: pattern)) ?? [] }

    /// The one path under which caches keep the answer for these values of the pattern's names; nil when a value cannot be one
    /// part of a path for every reader: some decode `a%2Fb` before they look at it.
    func path(_ parameters: [String: String]) -> String? {
        if parameters.isEmpty { return pattern }
        var path = ""
        for part in parts {
            switch part {
            case .fixed(let text): path += "/" + text
            case .one(let name):
                let value = parameters[name] ?? ""
                guard !value.contains(where: { $0 == "/" || $0 == "\\" }), value != ".", value != ".." else {
                    return nil
                }
                path += "/" + Text.percentEncode(value)
            case .rest(let name):
                let values = (parameters[name] ?? "").split(separator: "/")
                path += values.map { "/" + Text.percentEncode($0) }.joined()
            }
        }
        return path
    }
}

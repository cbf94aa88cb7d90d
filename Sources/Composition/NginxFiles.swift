internal import HTTP

/// The parts of nginx's configuration that follow from the routes and the processes.
extension RouteMap {
    /// `nginx/upstreams.conf`, for the level of `http`.
    public var nginxUpstreams: String {
        let blocks =
            [Self.header] + table.processes.map(Self.upstreams) + zones + [unlisted]
        return blocks.joined(separator: "\n")
    }

    /// `nginx/routes.conf`, for the level of `server`.
    public var nginxRoutes: String {
        get throws(Fault) {
            var blocks = [Self.header]
            for address in try addresses() { blocks.append(address.location) }
            blocks.append(catchAll)
            return blocks.joined(separator: "\n")
        }
    }

    private static let header = """
        # Made by `dailies routes --nginx` from the declared routes and processes.conf. Do not edit it.

        """

    private static func upstreams(of process: ProcessTable.Process) -> String {
        let name = "dailies_\(process.name)"
        return """
            upstream \(name)_kept {
                server unix:/run/dailies/\(process.name).sock max_fails=0;
                keepalive \(process.keptConnections);
                keepalive_requests 1000000;
            }
            upstream \(name)_fresh {
                server unix:/run/dailies/\(process.name).sock max_fails=0;
            }
            map $request_method $\(name) {
                default \(name)_fresh;
                GET \(name)_kept;
                HEAD \(name)_kept;
            }

            """
    }

    private var zones: [String] {
        let lines = addressesInOrder.compactMap { address in
            address.pace.map { pace in
                "limit_req_zone $binary_remote_addr zone=\(address.zone):10m rate=\(pace.perSecond)r/s;\n"
            }
        }
        return lines.isEmpty ? [] : [lines.joined()]
    }

    /// A location sees the path decoded. Where that matches none, the path as it was sent decides: a slash in a part of it
    /// may be escaped, and a process redirects from a path with a slash at its end.
    private var unlisted: String {
        let addresses = addressesInOrder.filter { !$0.isInternal && $0.pattern != "/" }
        let keys = addresses.map { "\"~^\($0.rawPattern)/?(?:\\?|\\z)\"" }
        let width = keys.map(\.count).max() ?? 0
        let lines = zip(keys, addresses).map { key, address in
            "    \(key)\(String(repeating: " ", count: width - key.count)) $dailies_\(address.process);"
        }
        return """
            map $request_uri $dailies_unlisted {
                default $dailies_\(fallback);
            \(lines.joined(separator: "\n"))
            }

            """
    }

    /// What has no location of its own.
    private var catchAll: String {
        """
        # Unknown paths, and those that are written in an unusual way.
        location / {
            include /etc/dailies/nginx/snippets/fastcgi.conf;
            fastcgi_pass $dailies_unlisted;
        }
        location ^~ /internal/ {
            return 404;
        }
        # The page for what nginx itself does not find.
        location = /errors/missing {
            internal;
            client_max_body_size 0;
            include /etc/dailies/nginx/snippets/fastcgi.conf;
            fastcgi_pass $dailies_\(fallback);
        }

        """
    }

    private func addresses() throws(Fault) -> [Address] {
        for route in entries.map(\.route) where (route.access == .internal_) != route.pattern.hasPrefix("/internal/") {
            throw Fault(
                description: "\(route.method) \(route.pattern): internal routes, and no others, are below /internal/.")
        }
        // Other internal routes are for tests, which ask a process without nginx.
        return addressesInOrder.filter { !$0.isInternal || $0.permission != nil }
    }

    /// nginx tries regular expressions in this order, and the router the same way: fixed parts before named ones, named
    /// ones before the rest.
    private var addressesInOrder: [Address] {
        Dictionary(grouping: entries, by: \.route.address).values.map(Address.init).sorted { one, other in
            one.rank == other.rank ? one.pattern < other.pattern : one.rank.lexicographicallyPrecedes(other.rank)
        }
    }
}

/// The routes of one path, which share a location.
private struct Address {
    let process: String
    private let routes: [Route]

    init(_ entries: [RouteMap.Entry]) {
        process = entries[0].process
        routes = entries.map(\.route)
    }

    var pattern: String { routes[0].pattern }
    var isInternal: Bool { routes.contains { $0.access == .internal_ } }
    var pace: Forwarding.Pace? { routes.lazy.compactMap(\.forwarding.pace).first }

    /// What nginx calls the memory in which it counts by address.
    var zone: String {
        let words = pattern.split { !$0.isLetter && !$0.isNumber }
        return "dailies_" + words.joined(separator: "_")
    }

    var permission: Forwarding.Permission? { routes.lazy.compactMap(\.forwarding.permission).first }

    /// Fixed paths, which have an exact location, in the order of the alphabet; then the others in the order of the router.
    var rank: [Int] {
        guard !isFixed else { return [] }
        return routes[0].parts.map { part in
            switch part {
            case .fixed: 0
            case .one: 1
            case .rest: 2
            }
        }
    }

    private var isFixed: Bool {
        routes[0].parts.allSatisfy { if case .fixed = $0 { true } else { false } }
    }

    /// A regular expression for the path as nginx decodes it.
    private var decodedPattern: String { expression(one: "[^/]+", rest: "[^/]+(?:/[^/]+)*") }

    /// A regular expression for the path as it was sent.
    var rawPattern: String { expression(one: "[^/?]+", rest: "[^/?]+(?:/[^/?]+)*") }

    private func expression(one: String, rest: String) -> String {
        routes[0].parts.map { part in
            switch part {
            case .fixed(let text): "/" + text.flatMap { ".+*^$()|{}\\".contains($0) ? ["\\", $0] : [$0] }
            case .one: "/" + one
            case .rest: "/" + rest
            }
        }.joined()
    }

    var location: String {
        let match = isFixed ? "= \(pattern)" : "~ ^\(decodedPattern)\\z"
        return "# \(title)\nlocation \(match) {\n" + directives.map { "    \($0);\n" }.joined() + "}\n"
    }

    private var title: String {
        let methods = routes.map(\.method.description).sorted().joined(separator: ", ")
        return isFixed ? methods : "\(methods) \(pattern)"
    }

    private var directives: [String] {
        func snippet(_ name: String) -> String { "include /etc/dailies/nginx/snippets/\(name).conf" }
        var lines: [String] = []
        if let permission {
            lines += ["internal", snippet("permission")]
            if permission == .cached { lines.append(snippet("permission-cache")) }
            lines.append("fastcgi_param REQUEST_URI \(pattern)")
            return lines + [snippet("fastcgi"), "fastcgi_pass $dailies_\(process)"]
        }
        if routes.contains(where: \.forwarding.hasSecretQuery) { lines.append("error_log /dev/null emerg") }
        if let limit = bodyLimit { lines.append("client_max_body_size \(limit)") }
        if let pace { lines.append("limit_req zone=\(zone) burst=\(pace.burst) nodelay") }
        if routes.contains(where: { $0.method == .get && $0.cache.isSameForAll }) { lines.append(snippet("cache")) }
        if routes.contains(where: { $0.method == .get && $0.cache.isSameForVisitors }) {
            lines += [snippet("cache"), snippet("cache-visitors")]
        }
        if routes.contains(where: \.forwarding.isEmbeddable) { lines.append(snippet("embed-headers")) }
        lines.append(snippet("fastcgi"))
        if isRepeatable {
            lines.append("fastcgi_param EXCHANGE_ID $dailies_exchange_id")
            lines.append("fastcgi_next_upstream error timeout non_idempotent")
            lines.append("fastcgi_pass dailies_\(process)_kept")
        } else {
            lines.append("fastcgi_pass $dailies_\(process)")
        }
        return lines
    }

    /// The size of bodies where it is not that of the server.
    private var bodyLimit: String? {
        let standard = 65_536
        let most = routes.lazy.filter(\.method.isMutation).map(\.bodyLimit).max() ?? standard
        guard most != standard else { return nil }
        if most % (1 << 20) == 0 { return "\(most >> 20)m" }
        return most % (1 << 10) == 0 ? "\(most >> 10)k" : "\(most)"
    }

    private var isRepeatable: Bool {
        let changes = routes.filter(\.method.isMutation)
        return !changes.isEmpty && changes.allSatisfy(\.forwarding.isRepeatable)
    }
}

/// How the web server passes requests on to a route, where it does more than for every route.
public struct Forwarding: Sendable, Hashable {
    /// A limit by address in the web server, in front of the route's own limit.
    public struct Pace: Sendable, Hashable {
        /// Requests a second from one address, on average.
        public let perSecond: Int
        /// How many requests may come at once.
        public let burst: Int
    }

    /// A question that the web server asks before it serves a file.
    public enum Permission: Sendable, Hashable {
        /// Asked for every file.
        case asked
        /// Answers that may be cached are kept for each path, until the film changes.
        case cached
    }

    /// Whether the handler recognises a request that arrives twice, by `Request.exchangeID`, and answers it twice and does it
    /// once. The web server then sends it over a kept connection, and sends it again when that connection breaks.
    public internal(set) var isRepeatable = false
    /// Whether the query holds a secret. The web server writes the query into its lines about errors, so it then writes
    /// no such lines.
    public internal(set) var hasSecretQuery = false
    /// The limit by address; nil for none.
    public internal(set) var pace: Pace?
    /// Whether other sites may show it in a frame; else no site may.
    public internal(set) var isEmbeddable = false
    /// What the web server asks this route; nil where it asks nothing.
    public internal(set) var permission: Permission?
}

extension Route {
    /// The same route, whose handler does only once what arrives twice with the same `Request.exchangeID`.
    public func repeatable() -> Route { forwarded { $0.isRepeatable = true } }

    /// The same route, whose query holds a secret that no log of the web server may show.
    public func withSecretQuery() -> Route { forwarded { $0.hasSecretQuery = true } }

    /// The same route, with a limit by address in the web server.
    public func paced(perSecond: Int, burst: Int) -> Route {
        forwarded { $0.pace = Forwarding.Pace(perSecond: perSecond, burst: burst) }
    }

    /// The same route, whose page other sites may show in a frame.
    public func embeddable() -> Route { forwarded { $0.isEmbeddable = true } }

    /// The same internal route, which the web server asks before it serves a file.
    public func asPermission(_ permission: Forwarding.Permission) -> Route {
        forwarded { $0.permission = permission }
    }

    private func forwarded(_ change: (inout Forwarding) -> Void) -> Route { with { change(&$0.forwarding) } }
}

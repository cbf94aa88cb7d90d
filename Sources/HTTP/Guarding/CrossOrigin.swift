/// Which other sites' pages may use the API from a browser. They never come with cookies: no answer allows credentials,
/// so what they may do is what anybody may, or what their API key may.
public struct CrossOrigin: Sendable {
    private let origins: Set<String>

    /// Allows the named origins, like `https://example.org`; by default none.
    public init(allowing origins: [String] = []) {
        self.origins = Set(origins)
    }

    /// The answer to a browser that asks before it sends, where it may.
    func preflight(_ request: Request, methods: [Method]) -> Response? {
        guard let origin = allowed(request), request.headers["Access-Control-Request-Method"] != nil else { return nil }
        return Response(
            status: 204,
            headers: [
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Methods": methods.map(\.description).joined(separator: ", "),
                "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
                "Access-Control-Max-Age": "600", "Vary": "Origin",
            ])
    }

    /// Lets a page of an allowed origin read the answer.
    func apply(_ request: Request, _ response: inout Response) {
        guard !origins.isEmpty, Self.isForPrograms(request), response.headers["Vary"] == nil else { return }
        // Also for those who are not allowed: a cache must not hand one origin's answer to another.
        response.headers["Vary"] = "Origin"
        guard let origin = allowed(request) else { return }
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] =
            "ETag, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id"
    }

    private func allowed(_ request: Request) -> String? {
        guard Self.isForPrograms(request), let origin = request.headers["Origin"], origins.contains(origin) else {
            return nil
        }
        return origin
    }

    private static func isForPrograms(_ request: Request) -> Bool { request.path.hasPrefix("/api/") }
}

/// Which requests may be answered from a copy of the database that is a moment behind: what is the same for everybody, unless
/// the browser has changed something in the last seconds, which a cookie says on whichever host it comes to.
public struct StaleReading: Sendable {
    private static let cookie = "wrote"
    /// Longer than a copy is behind, in seconds.
    private static let lifetime = 10

    /// Runs a handler whose reads may come from the copy.
    let run: @Sendable (_ handler: () throws -> Reply) throws -> Reply
    private let isSecure: Bool

    /// `isSecure` keeps the cookie to https. `run` must call the handler once, on the same thread.
    public init(isSecure: Bool, run: @escaping @Sendable (_ handler: () throws -> Reply) throws -> Reply) {
        self.isSecure = isSecure
        self.run = run
    }

    func isAllowed(_ request: Request, to route: Route) -> Bool {
        // A program with a key keeps no cookies, so nothing is known of its writes.
        !request.method.isMutation && route.cache.isSameForAll && request.bearerToken == nil
            && request.cookies[Self.cookie] == nil
    }

    func noteWrite(_ request: Request, _ response: inout Response) {
        guard request.method.isMutation, response.status < 400, request.bearerToken == nil else { return }
        response.headers.add(
            "Set-Cookie",
            "\(Self.cookie)=1; Path=/; Max-Age=\(Self.lifetime); HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")")
    }
}

public import HTTP

extension Context {
    /// The key under which a repeated request is the same one, as the header gives it; nil without it.
    public func idempotencyKey() throws -> String? {
        guard let key = request.headers["Idempotency-Key"] else { return nil }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Problem.malformed("“Idempotency-Key” needs 1 to 200 visible characters.", code: "malformed_key")
        }
        return key
    }
}

internal import CCurl
internal import Synchronization

/// Sends requests over connections that are kept open. Redirects are not followed, proxies are not used, and only http
/// and https are spoken.
public final class HTTPClient: Sendable {
    private let idle = Mutex<[CurlHandle]>([])
    private let idleLimit: Int

    /// Creates a client that keeps at most `idleLimit` handles with their connections.
    public init(idleLimit: Int = 4) {
        self.idleLimit = idleLimit
    }

    deinit {
        idle.withLock { handles in
            for handle in handles { handle.free() }
            handles = []
        }
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// A `receiver` gets the body of a successful answer piece by piece, in place of the answer that is returned; it returns
    /// false to end the exchange.
    public func send(
        _ request: OutgoingRequest, into receiver: (([UInt8]) -> Bool)? = nil
    ) throws(HTTPClientError) -> IncomingResponse {
        let kept = idle.withLock { $0.popLast() }
        guard let handle = kept ?? CurlHandle() else { throw .unreachable("libcurl has no handle to give") }
        defer {
            let isKept = idle.withLock { handles in
                guard handles.count < idleLimit else { return false }
                handles.append(handle)
                return true
            }
            if !isKept { handle.free() }
        }
        return try handle.perform(request, receiver: receiver)
    }
}

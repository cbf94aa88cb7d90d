internal import HTTPClient
internal import Platform

/// Fetches finished videos from the hosts of their provider, and from nowhere else.
public struct ResultFetch: Sendable {
    /// Why a video was not fetched.
    public enum Fault: Error, Sendable, Equatable {
        /// The address is not one of the provider's.
        case foreignAddress
        /// The file is larger than the limit.
        case tooLarge
        /// The file is gone, or is not given out.
        case refused(status: Int)
        /// Trying again makes sense.
        case failed(String)

        /// Whether trying again makes sense.
        public var isRetryable: Bool {
            switch self {
            case .foreignAddress, .tooLarge: false
            // A fresh address may be had from the provider.
            case .refused(let status): status >= 500 || status == 429 || status == 408
            case .failed: true
            }
        }
    }

    private let client = HTTPClient(idleLimit: 4)
    private let byteLimit: Int
    private let timeout: Duration

    /// Fetching within limits of size and time.
    public init(byteLimit: Int = 512 << 20, timeout: Duration = .seconds(240)) {
        self.byteLimit = byteLimit
        self.timeout = timeout
    }

    /// Streams a video into a file. Redirects are not followed, and a name that leads to a private address is refused unless
    /// the provider itself is on this machine.
    public func fetch(_ url: String, from source: ResultSource, to path: String) throws(Fault) {
        guard source.allows(url) else { throw .foreignAddress }
        var request = OutgoingRequest(
            url: url, headers: [("Accept", "video/*, application/octet-stream")], timeout: timeout,
            connectTimeout: .seconds(10))
        request.needsPublicAddress = source.origin == nil || source.origin != ResultSource.origin(of: url)
        request.bodyLimit = byteLimit
        try? Files.remove(path)
        var received = 0
        var fault: (any Error)?
        let response: IncomingResponse
        do {
            response = try client.send(request) { bytes in
                received += bytes.count
                guard received <= byteLimit else { return false }
                do { try Files.append(bytes, to: path) } catch { fault = error }
                return fault == nil
            }
        } catch {
            throw received > byteLimit || error == .responseTooLarge ? .tooLarge : .failed("\(fault ?? error)")
        }
        guard response.status == 200 else { throw .refused(status: response.status) }
        do { try Files.synchronise(path) } catch { throw .failed("\(error)") }
    }
}

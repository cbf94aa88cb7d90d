internal import FoundationEssentials
internal import HTTPClient
internal import Synchronization

/// Sends requests to one provider and reads its JSON.
///
/// Only a few requests wait for a provider at the same time, since one that hangs must not block the threads that serve
/// other requests.
final class ProviderHTTPClient: Sendable {
    static let limit = 8

    private let client = HTTPClient(idleLimit: ProviderHTTPClient.limit)
    private let waiting = Mutex(0)

    /// Sends a request and returns the answer with any status that does not mean that the provider is out of order.
    func send(_ request: OutgoingRequest, to place: String) throws(ProviderFault) -> IncomingResponse {
        var request = request
        if !request.headers.contains(where: { $0.name == "Accept" }) {
            request.headers.append((name: "Accept", value: "application/json"))
        }
        request.responseLimit = 512 << 10
        request.timeout = .seconds(5)
        let mayWait = waiting.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
        guard mayWait else { throw .unavailable("\(place): too many are waiting for it") }
        defer { waiting.withLock { $0 -= 1 } }
        let response: IncomingResponse
        do {
            response = try client.send(request)
        } catch {
            throw .unavailable("\(place): \(error)")
        }
        if response.status >= 500 || response.status == 429 {
            throw .unavailable("\(place) answered \(response.status)")
        }
        return response
    }

    /// The JSON of an answer that must be 200.
    func fetch<T: Decodable>(
        _ url: String, headers: [(name: String, value: String)] = [], from place: String
    ) throws(ProviderFault) -> (value: T, response: IncomingResponse) {
        let response = try send(OutgoingRequest(url: url, headers: headers), to: place)
        guard response.status == 200 else { throw .unavailable("\(place) answered \(response.status)") }
        return (try decode(response, from: place), response)
    }

    /// The JSON of any answer.
    func decode<T: Decodable>(_ response: IncomingResponse, from place: String) throws(ProviderFault) -> T {
        do {
            return try JSONDecoder().decode(T.self, from: Data(response.body))
        } catch {
            throw .untrusted("\(place) answered \(response.status) with something unreadable")
        }
    }

    /// A request with a form, as token endpoints expect it.
    func form(
        _ url: String, _ pairs: [(String, String)], headers: [(name: String, value: String)] = []
    ) -> OutgoingRequest {
        OutgoingRequest(
            method: "POST", url: url,
            headers: headers + [(name: "Content-Type", value: "application/x-www-form-urlencoded")],
            body: Array(formEncoded(pairs).utf8))
    }
}

internal import CCurl

/// Sends many requests at the same time from one thread, over connections that are kept open until it is released.
/// Redirects are not followed, proxies are not used, and only http and https are spoken.
public final class HTTPBurst {
    /// An exchange that is under way.
    private struct Exchange {
        let id: Int
        let handle: CurlHandle
        let collector: ResponseCollector
        let headers: UnsafeMutablePointer<curl_slist>?
    }

    private let multi: UnsafeMutableRawPointer
    private let width: Int
    private var idle: [CurlHandle] = []
    private var active: [UnsafeMutableRawPointer: Exchange] = [:]

    /// A burst of at most `width` requests at a time; nil when libcurl has no memory for it.
    public init?(width: Int) {
        guard let multi = curl_multi_init() else { return nil }
        self.multi = multi
        self.width = max(1, width)
        _ = dailies_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, self.width)
    }

    deinit {
        for exchange in active.values { release(exchange) }
        for handle in idle { handle.free() }
        curl_multi_cleanup(multi)
    }

    /// Sends the requests that `next` makes, each with a number, until it makes no more and all are answered. `done` is called
    /// with each number and its answer, in the order in which they arrive. Requests with a stream are refused.
    public func run(
        _ next: () -> (id: Int, request: OutgoingRequest)?,
        done: (Int, Result<IncomingResponse, HTTPClientError>) -> Void
    ) {
        var isExhausted = false
        while true {
            while !isExhausted && active.count < width {
                guard let (id, request) = next() else {
                    isExhausted = true
                    break
                }
                if let fault = begin(id, request) { done(id, .failure(fault)) }
            }
            guard !active.isEmpty else { return }
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else {
                for exchange in active.values {
                    release(exchange)
                    done(exchange.id, .failure(.interrupted("libcurl cannot go on")))
                }
                active = [:]
                continue
            }
            if !collect(done) { _ = curl_multi_poll(multi, nil, 0, 1_000, nil) }
        }
    }

    private func begin(_ id: Int, _ request: OutgoingRequest) -> HTTPClientError? {
        guard request.stream == nil else { return .invalidRequest("stream") }
        guard let handle = idle.popLast() ?? CurlHandle() else { return .unreachable("libcurl has no handle to give") }
        let collector = ResponseCollector(limit: request.responseLimit, receiver: nil)
        do {
            let exchange = Exchange(
                id: id, handle: handle, collector: collector, headers: try handle.prepare(request, collector))
            guard curl_multi_add_handle(multi, handle.handle) == CURLM_OK else {
                curl_slist_free_all(exchange.headers)
                handle.free()
                return .unreachable("libcurl has no room for a request")
            }
            active[handle.handle] = exchange
            return nil
        } catch {
            idle.append(handle)
            return error
        }
    }

    /// Hands over the exchanges that have ended; false when there was none.
    private func collect(_ done: (Int, Result<IncomingResponse, HTTPClientError>) -> Void) -> Bool {
        var hasAny = false
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let ended = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            guard let exchange = active.removeValue(forKey: ended) else { continue }
            hasAny = true
            let answer: Result<IncomingResponse, HTTPClientError>
            do {
                answer = .success(try exchange.handle.answer(code, exchange.collector))
            } catch {
                answer = .failure(error)
            }
            curl_multi_remove_handle(multi, ended)
            curl_slist_free_all(exchange.headers)
            idle.append(exchange.handle)
            done(exchange.id, answer)
        }
        return hasAny
    }

    private func release(_ exchange: Exchange) {
        curl_multi_remove_handle(multi, exchange.handle.handle)
        curl_slist_free_all(exchange.headers)
        exchange.handle.free()
    }
}

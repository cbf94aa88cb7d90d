internal import CCurl

/// One easy handle.
///
/// Unchecked, since libcurl allows a handle on any thread but only on one at a time, and the code that removes this value
/// from the client's list is its only user until it puts it back.
struct CurlHandle: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer

    init?() {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
    }

    func free() {
        curl_easy_cleanup(handle)
    }

    func perform(
        _ request: OutgoingRequest, receiver: (([UInt8]) -> Bool)?
    ) throws(HTTPClientError) -> IncomingResponse {
        let collector = ResponseCollector(
            limit: request.responseLimit, receiver: receiver, keepsBeginning: request.keepsBeginning)
        let reader = request.stream.map(StreamReader.init)
        let headers = try configure(request, collector)
        defer { curl_slist_free_all(headers) }
        if let reader { setStream(reader, method: request.method) }
        let result = withExtendedLifetime((collector, reader)) {
            request.body.withUnsafeBytes { body in
                if !body.isEmpty {
                    set(CURLOPT_POSTFIELDSIZE, body.count)
                    set(CURLOPT_POSTFIELDS, body.baseAddress)
                    set(CURLOPT_CUSTOMREQUEST, request.method)
                }
                return curl_easy_perform(handle)
            }
        }
        return try answer(result, collector, isStopped: reader?.isStopped == true)
    }

    /// Prepares the handle for a request without a stream, whose body is copied; the caller runs it and keeps `collector`
    /// until then. Returns the list of headers, for the caller to free afterwards.
    func prepare(
        _ request: OutgoingRequest, _ collector: ResponseCollector
    ) throws(HTTPClientError) -> UnsafeMutablePointer<curl_slist>? {
        let headers = try configure(request, collector)
        if !request.body.isEmpty {
            set(CURLOPT_POSTFIELDSIZE, request.body.count)
            request.body.withUnsafeBytes { set(CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
            set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        return headers
    }

    /// What the other side has answered, once the handle has run.
    func answer(
        _ result: CURLcode, _ collector: ResponseCollector, isStopped: Bool = false
    ) throws(HTTPClientError) -> IncomingResponse {
        guard result == CURLE_OK else {
            if collector.isStopped || isStopped { throw .stopped }
            if collector.isOverLimit, collector.keepsBeginning { return response(collector) }
            throw failure(result, collector)
        }
        return response(collector)
    }

    private func response(_ collector: ResponseCollector) -> IncomingResponse {
        var status = 0
        _ = dailies_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return IncomingResponse(status: status, headers: collector.headers, body: collector.body)
    }

    private func configure(
        _ request: OutgoingRequest, _ collector: ResponseCollector
    ) throws(HTTPClientError) -> UnsafeMutablePointer<curl_slist>? {
        // Resetting forgets options and keeps connections.
        curl_easy_reset(handle)
        for (name, value) in request.headers {
            guard isToken(name), value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
                throw .invalidRequest("header \(name)")
            }
        }
        try setOptions(request, collector)
        var headers: UnsafeMutablePointer<curl_slist>?
        for (name, value) in request.headers {
            headers = curl_slist_append(headers, value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // Without this libcurl waits a second for a 100 that few servers send.
        headers = curl_slist_append(headers, "Expect:")
        set(CURLOPT_HTTPHEADER, headers)
        let context = Unmanaged.passUnretained(collector).toOpaque()
        _ = dailies_curl_set_sink(handle, CURLOPT_WRITEFUNCTION, collectBody)
        set(CURLOPT_WRITEDATA, context)
        _ = dailies_curl_set_sink(handle, CURLOPT_HEADERFUNCTION, collectHeader)
        set(CURLOPT_HEADERDATA, context)
        return headers
    }

    private func setStream(_ reader: StreamReader, method: String) {
        let context = Unmanaged.passUnretained(reader).toOpaque()
        set(CURLOPT_UPLOAD, 1)
        // A length that is known is sent as Content-Length, and without it S3 refuses the request.
        set(CURLOPT_INFILESIZE_LARGE, reader.stream.count)
        set(CURLOPT_UPLOAD_BUFFERSIZE, 512 << 10)
        _ = dailies_curl_set_sink(handle, CURLOPT_READFUNCTION, sendBody)
        set(CURLOPT_READDATA, context)
        _ = dailies_curl_set_seek(handle, CURLOPT_SEEKFUNCTION, seekBody)
        set(CURLOPT_SEEKDATA, context)
        set(CURLOPT_CUSTOMREQUEST, method)
    }

    private func setOptions(_ request: OutgoingRequest, _ collector: ResponseCollector) throws(HTTPClientError) {
        guard isToken(request.method) else { throw .invalidRequest("method") }
        guard request.url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .invalidRequest("url") }
        set(CURLOPT_URL, request.url)
        // What was signed must arrive as it is.
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TIMEOUT_MS, request.timeout.milliseconds)
        set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
        if let stall = request.stallTimeout {
            set(CURLOPT_LOW_SPEED_LIMIT, 1_024)
            set(CURLOPT_LOW_SPEED_TIME, max(1, stall.milliseconds / 1_000))
        }
        set(CURLOPT_BUFFERSIZE, 256 << 10)
        set(CURLOPT_USERAGENT, "Dailies")
        // An answer that says that it is larger is not begun.
        if let limit = request.bodyLimit { set(CURLOPT_MAXFILESIZE_LARGE, limit) }
        if let address = request.localAddress { set(CURLOPT_INTERFACE, "host!" + address) }
        if request.isSentOnce { set(CURLOPT_FRESH_CONNECT, 1) }
        if request.needsPublicAddress { _ = dailies_curl_require_public(handle, collector.refusedAddress) }
        if let socket = request.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, socket) }
        switch request.method {
        case "GET" where request.body.isEmpty: break
        case "HEAD": set(CURLOPT_NOBODY, 1)
        case "POST" where request.stream == nil, "PUT" where request.stream == nil, "PATCH" where request.stream == nil:
            set(CURLOPT_POST, 1)
            set(CURLOPT_POSTFIELDSIZE, 0)
            set(CURLOPT_CUSTOMREQUEST, request.method)
        default: set(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    private func failure(_ code: CURLcode, _ collector: ResponseCollector) -> HTTPClientError {
        let reason = String(cString: curl_easy_strerror(code))
        if collector.isOverLimit { return .responseTooLarge }
        if collector.refusedAddress.pointee != 0 { return .unreachable("the address is not a public one") }
        return switch code {
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_FILESIZE_EXCEEDED: .responseTooLarge
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST: .unreachable(reason)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest("url")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE: .untrusted(reason)
        default: .interrupted(reason)
        }
    }

    private func set(_ option: CURLoption, _ value: Int) {
        _ = dailies_curl_set_long(handle, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        _ = value.withCString { dailies_curl_set_pointer(handle, option, $0) }
    }

    private func set(_ option: CURLoption, _ value: UnsafeRawPointer?) {
        _ = dailies_curl_set_pointer(handle, option, value)
    }

    private func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x21...0x7e).contains(byte) && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
            }
    }
}

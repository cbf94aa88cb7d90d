internal import CCurl
public import Text

/// Hands mail to a server by SMTP, one connection a message.
public enum SMTPClient {
    /// A message as it goes over the wire.
    public struct Envelope: Sendable {
        /// Who sends, for the envelope.
        public var sender: EmailAddress
        /// Who gets it.
        public var recipient: EmailAddress
        /// Headers and body with CRLF line ends.
        public var message: [UInt8]

        /// Creates an envelope.
        public init(sender: EmailAddress, recipient: EmailAddress, message: [UInt8]) {
            self.sender = sender
            self.recipient = recipient
            self.message = message
        }
    }

    /// Hands over a message; returns once the server has taken it. `timeout` bounds the whole exchange.
    public static func send(
        _ envelope: Envelope, by relay: SMTPRelay, timeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(10)
    ) throws(SMTPClientError) {
        guard let handle = curl_easy_init() else { throw .unreachable("libcurl has no handle to give") }
        defer { curl_easy_cleanup(handle) }
        func set(_ option: CURLoption, _ value: Int) { _ = dailies_curl_set_long(handle, option, value) }
        func set(_ option: CURLoption, _ value: String) {
            _ = value.withCString { dailies_curl_set_pointer(handle, option, $0) }
        }
        let host = relay.host.contains(":") && !relay.host.hasPrefix("[") ? "[\(relay.host)]" : relay.host
        // In an SMTP address the path is the name for EHLO.
        set(
            CURLOPT_URL,
            "\(relay.security == .tls ? "smtps" : "smtp")://\(host):\(relay.port)/\(envelope.sender.domain)")
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TIMEOUT_MS, timeout.milliseconds)
        set(CURLOPT_CONNECTTIMEOUT_MS, connectTimeout.milliseconds)
        // CURLUSESSL_ALL without TLS is a failure, never a message in the clear.
        set(CURLOPT_USE_SSL, relay.security == .none ? 0 : 3)
        if !relay.authorities.isEmpty { set(CURLOPT_CAINFO, relay.authorities) }
        if let user = relay.user {
            set(CURLOPT_USERNAME, user)
            set(CURLOPT_PASSWORD, relay.password ?? "")
        }
        set(CURLOPT_MAIL_FROM, "<\(envelope.sender.text)>")
        let recipients = curl_slist_append(nil, "<\(envelope.recipient.text)>")
        defer { curl_slist_free_all(recipients) }
        _ = dailies_curl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients)
        let source = UploadSource(envelope.message)
        set(CURLOPT_UPLOAD, 1)
        _ = dailies_curl_set_sink(handle, CURLOPT_READFUNCTION, supplyUpload)
        _ = dailies_curl_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(source).toOpaque())
        let result = withExtendedLifetime(source) { curl_easy_perform(handle) }
        guard result != CURLE_OK else { return }
        var code = 0
        _ = dailies_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &code)
        throw failure(result, code)
    }

    private static func failure(_ result: CURLcode, _ code: Int) -> SMTPClientError {
        let reason = String(cString: curl_easy_strerror(result))
        return switch result {
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST: .unreachable(reason)
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_USE_SSL_FAILED:
            .untrusted(reason)
        case CURLE_LOGIN_DENIED: .loginRefused
        // 530 and the like ask for a login or for TLS: the settings are wrong, not the message.
        case CURLE_SEND_ERROR where (550...559).contains(code),
            CURLE_WEIRD_SERVER_REPLY where (550...559).contains(code):
            .refused(code)
        default: .interrupted(code == 0 ? reason : "\(reason) (\(code))")
        }
    }
}

/// Why a message was not taken, as far as one can tell.
public enum SMTPClientError: Error, Sendable, Equatable {
    /// No server listens there, or the name cannot be resolved.
    case unreachable(String)
    /// The exchange took too long. The server may have taken the message.
    case timedOut
    /// There is no TLS, or the certificate is not good.
    case untrusted(String)
    /// User or password is wrong.
    case loginRefused
    /// The server will never take this message, by this reply.
    case refused(Int)
    /// The exchange broke off or the server cannot take it now.
    case interrupted(String)
}

extension Duration {
    /// Whole milliseconds, at least one.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}

/// Hands bytes to libcurl's callback.
private final class UploadSource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func supply(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, bytes.count - position)
        room.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
    }
}

private let supplyUpload:
    @convention(c) (
        UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int = { bytes, size, count, context in
        guard let context else { return 0 }
        return Unmanaged<UploadSource>.fromOpaque(context).takeUnretainedValue()
            .supply(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
    }

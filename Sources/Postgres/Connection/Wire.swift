internal import CPostgres
internal import Glibc

/// Owns a connection of libpq and waits for its answers.
///
/// It reads by itself instead of by `PQexec`, so that a server which no longer answers is given up on.
final class Wire {
    let handle: OpaquePointer
    /// What is notified after the commit of what runs now.
    let late = LateNotifications()
    /// Longer than the server's own statement timeout, which normally strikes first; nil waits for ever.
    var answerTimeout: Duration?

    /// Connects, or throws what libpq says.
    init(_ options: DatabaseOptions) throws(DatabaseError) {
        // Earlier words are defaults, which the connection string may override.
        var words = [
            ("connect_timeout", "5"), ("tcp_user_timeout", "10000"),
            ("keepalives_idle", "\(options.keepaliveSeconds)"),
            ("keepalives_interval", "\(max(1, options.keepaliveSeconds / 3))"), ("keepalives_count", "3"),
            ("fallback_application_name", options.applicationName), ("dbname", options.connectionString),
            // Text is decoded as UTF-8, even if the connection string asks for another encoding.
            ("client_encoding", "UTF8"),
        ]
        if options.preparedStatements {
            words.append(("options", try Self.startupOptions(options)))
        }
        let keys = words.map { strdup($0.0) }
        let values = words.map { strdup($0.1) }
        defer { (keys + values).forEach { free($0) } }
        let opened = PQconnectdbParams(
            keys.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
        guard let opened else { throw .unavailable(reason: "out of memory") }
        handle = opened
        late.attach(to: opened)
        guard PQstatus(opened) == CONNECTION_OK else { throw .unavailable(reason: complaint) }
    }

    deinit {
        PQfinish(handle)
    }

    /// The settings that each session starts with, after those that the connection string asks for.
    private static func startupOptions(_ options: DatabaseOptions) throws(DatabaseError) -> String {
        var error: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(options.connectionString, &error) else {
            PQfreemem(error)
            throw .unavailable(reason: "the connection string cannot be read")
        }
        defer { PQconninfoFree(parsed) }
        var own = ""
        var entry = parsed
        while let keyword = entry.pointee.keyword {
            if String(cString: keyword) == "options", let value = entry.pointee.val { own = String(cString: value) }
            entry += 1
        }
        return "-c timezone=UTC -c statement_timeout=\(options.statementTimeout.milliseconds)"
            + " -c idle_in_transaction_session_timeout=\(options.idleInTransactionTimeout.milliseconds) \(own)"
            // The late notifications come as notices.
            + " -c dailies.notify=late -c client_min_messages=notice"
    }

    /// libpq's last complaint about this connection.
    var complaint: String {
        guard let text = PQerrorMessage(handle) else { return "" }
        var message = String(cString: text)
        while message.last?.isWhitespace == true { message.removeLast() }
        return message
    }

    var isUsable: Bool { PQstatus(handle) == CONNECTION_OK }

    /// Whether a connection that lay idle still has a server behind it; nothing is sent.
    func isAlive() -> Bool {
        while isUsable {
            var waiting = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            guard waiting.fd >= 0 else { return false }
            let ready = poll(&waiting, 1, 0)
            if ready == 0 { return true }
            // An idle server sends news, which libpq digests, or a parting word; only behind that comes the end.
            if ready < 0 ? errno != EINTR : PQconsumeInput(handle) == 0 { return false }
        }
        return false
    }

    /// Throws unless libpq took the message.
    func check(_ sent: Int32) throws(DatabaseError) {
        if sent == 0 { throw .unavailable(reason: complaint) }
    }

    /// The next result of what was sent, nil between statements.
    func next() throws(DatabaseError) -> OpaquePointer? {
        let deadline = answerTimeout.map { ContinuousClock.now + $0 }
        while PQisBusy(handle) != 0 {
            try wait(until: deadline)
            if PQconsumeInput(handle) == 0 { throw .unavailable(reason: complaint) }
        }
        return PQgetResult(handle)
    }

    private func wait(until deadline: ContinuousClock.Instant?) throws(DatabaseError) {
        while true {
            var left: Int64 = -1
            if let deadline {
                left = (deadline - .now).milliseconds + 1
                guard left > 0 else {
                    // What the server still sends would be taken for the answer to the next statement.
                    shutdown(PQsocket(handle), Int32(SHUT_RDWR))
                    throw .unavailable(reason: "no answer in time")
                }
            }
            var waiting = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32(clamping: left))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw .unavailable(reason: "poll failed with \(errno)") }
        }
    }
}

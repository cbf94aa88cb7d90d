internal import CPostgres

/// What a connection string says, for programs of Postgres that this one starts.
public struct ConnectionParameters: Sendable {
    /// Each parameter that was given, by its keyword.
    public let values: [String: String]
    /// The environment with which `pg_dump` and `psql` connect to the same place. The command line would show a password to
    /// everybody on the machine.
    public let environment: [String: String]

    /// Reads a connection string or URI as libpq does.
    public init(_ text: String) throws(DatabaseError) {
        var error: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(text, &error) else {
            PQfreemem(error)
            throw .unavailable(reason: "the connection string cannot be read")
        }
        defer { PQconninfoFree(parsed) }
        var (values, environment): ([String: String], [String: String]) = ([:], [:])
        var entry = parsed
        while let keyword = entry.pointee.keyword {
            if let value = entry.pointee.val {
                values[String(cString: keyword)] = String(cString: value)
                if let variable = entry.pointee.envvar {
                    environment[String(cString: variable)] = String(cString: value)
                }
            }
            entry += 1
        }
        self.values = values
        self.environment = environment
    }

    /// The connection string of another database of the same server.
    public func text(database: String) -> String {
        values.merging(["dbname": database]) { $1 }.sorted { $0.key < $1.key }.map { keyword, value in
            let quoted = value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return "\(keyword)='\(quoted)'"
        }.joined(separator: " ")
    }

    /// Whether the server is on this machine.
    public var isLocal: Bool {
        let host = values["host"] ?? ""
        return host.isEmpty || host.hasPrefix("/") || ["localhost", "127.0.0.1", "::1"].contains(host)
    }
}

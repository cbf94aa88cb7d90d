public import FoundationEssentials
public import Postgres
public import Text

/// A message that a visitor sent to the operator of the site.
public struct ContactMessage: Sendable, Equatable, RowDecodable {
    /// The number; later messages have higher ones.
    public let id: Int64
    /// The name of the sender.
    public let name: String
    /// The address for an answer.
    public let email: String
    /// What it is about; may be empty.
    public let subject: String
    /// The message.
    public let text: String
    /// The member who wrote it, if one was signed in.
    public let member: UUID?
    /// When it was written.
    public let createdAt: Date

    /// Reads a row of `contact_messages`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        name = try row.value("name")
        email = try row.value("email")
        subject = try row.value("subject")
        text = try row.value("message")
        member = try row.value("user_id")
        createdAt = try row.value("created_at")
    }
}

/// The messages of the contact page.
public struct ContactMessages: Sendable {
    private let database: Database

    /// The messages of a database.
    public init(_ database: Database) {
        self.database = database
    }

    /// Stores a message; when `isMailed`, a job mails it too. `member` is the writer, who must be the one that acts.
    public func add(
        name: String, email: EmailAddress, subject: String, text: String, member: UUID?, isMailed: Bool
    ) throws {
        let writer = database.acting(for: member)
        let insert: SQL = """
            insert into contact_messages (name, email, subject, message, user_id, created_at)
            values (\(name), \(email.text), \(subject), \(text), \(member), dailies_now())
            """
        guard isMailed else {
            try writer.execute(insert)
            return
        }
        try writer.transaction { connection in
            try connection.execute(insert)
            // The writer may not read the message, so `returning` would be refused.
            try connection.execute(
                """
                select enqueue_job(
                    'send_contact_message', jsonb_build_object('id', currval('contact_messages_id_seq')), 'outward',
                    job_max_attempts => 12
                )
                """)
        }
    }

    /// Messages from the newest, for an admin; the database shows none to others.
    public func list(_ request: PageRequest, for actor: UUID) throws -> Page<ContactMessage> {
        let order = Keyset("messages", .number("id"), isDescending: true)
        let place = try order.place(after: request)
        let found: [Row] = try database.acting(for: actor).query(
            """
            select id, name, email, subject, message, user_id, created_at, \(sql: order.columns)
            from contact_messages
            where \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: found, request) { row in try ContactMessage(row: row) }
    }

    /// One message. Not for the web role.
    public func find(_ id: Int64) throws(DatabaseError) -> ContactMessage? {
        try database.first(
            "select id, name, email, subject, message, user_id, created_at from contact_messages where id = \(id)")
    }
}

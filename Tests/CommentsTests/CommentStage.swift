import Comments
import FoundationEssentials
import Postgres
import TestSupport

/// A database with a clip that everyone sees, a public comparison and some members.
struct CommentStage {
    let database: TestDatabase
    let web: Database
    let root: Database
    let comments: Comments
    let creator: UUID
    let clip: UUID
    let comparison: UUID

    static func run(_ body: (CommentStage) throws -> Void) throws {
        try TestDatabase.run { try body(try CommentStage($0)) }
    }

    private init(_ database: TestDatabase) throws {
        self.database = database
        web = database.database(as: .web)
        root = database.database(as: .superuser)
        comments = Comments(database: web)
        creator = try root.one("insert into users (username) values ('creator') returning id")
        clip = try root.one(
            """
            insert into tournament_clips (
                user_id, title, genre, rights_confirmed_at, processing, video_key, poster_key, status
            )
            values (\(creator), 'Rain', 'Sci-Fi', now(), 'ready', 'x', 'x', 'eliminated')
            returning id
            """)
        comparison = try root.one(
            """
            insert into comparisons (
                slug, title, kind, prompt, duration_ms, quality, seed, words, is_public, published_at, created_at, updated_at
            )
            values ('fog', 'Fog', 'text-to-video', 'Fog', 1000, 'standard', 1, '', true, now(), now(), now())
            returning id
            """)
    }

    func member(_ name: String, isAdmin: Bool = false) throws -> UUID {
        try root.one(
            "insert into users (username, role) values (\(name), \(isAdmin ? "admin" : "member")) returning id")
    }

    @discardableResult
    func post(
        _ text: String, by author: UUID, answering parent: UUID? = nil, on subject: CommentSubject? = nil
    ) throws -> UUID {
        try comments.post(text, on: subject ?? .clip(clip), answering: parent, by: (author, nil)).id
    }

    func texts(_ reader: UUID? = nil, _ order: CommentOrder = .newest) throws -> [String] {
        try comments.list(of: .clip(clip), order, PageRequest(limit: 50), for: reader).comments.map(\.text)
    }

    func refusal(_ body: () throws -> Void) -> CommentRefusal? { fault(of: body) as? CommentRefusal }
}

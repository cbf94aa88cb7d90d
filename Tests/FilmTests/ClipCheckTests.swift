import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("What a clip may be", .requiresPostgres)
struct ClipCheckTests {
    /// What breaks each check, by the check's name.
    private static let broken: [(name: String, change: SQL)] = [
        ("title_length", "title = ''"),
        ("title_length", "title = repeat('x', 81)"),
        ("description_length", "description = repeat('x', 501)"),
        ("captions_length", "captions = ''"),
        ("genre_known", "genre = 'Opera'"),
        ("status_known", "status = 'lost'"),
        ("processing_known", "processing = 'lost'"),
        ("failure_explained", "processing = 'failed', status = 'pending'"),
        ("failure_explained", "processing_error = 'no video'"),
        ("rejection_explained", "status = 'rejected'"),
        ("active_has_slot", "slot_position = null"),
        ("shown_is_ready", "video_key = null"),
        ("shown_is_ready", "processing = 'processing'"),
        ("counters_positive", "vote_count = -1"),
    ]

    @Test("CLIP-01 a row of a clip that breaks a rule is refused with the rule's name, also while changes are replayed")
    func refusals() throws {
        try FilmStage.run { stage in
            let clip = try stage.voting(["A"]).clips[0]
            for (name, change) in Self.broken {
                for role: SQL in ["origin", "replica"] {
                    let refusal = #expect(throws: DatabaseError.self) {
                        try stage.superuser.transaction { connection in
                            try connection.execute("set local session_replication_role = \(sql: role)")
                            try connection.execute("update tournament_clips set \(sql: change) where id = \(clip)")
                        }
                    }
                    #expect(
                        refusal
                            == .constraint(
                                name: "tournament_clips_\(name)", sqlstate: "23514", table: "tournament_clips"),
                        "\(change)")
                }
            }
            let insertion = #expect(throws: DatabaseError.self) {
                try stage.superuser.execute(
                    """
                    insert into tournament_clips (user_id, title, genre, rights_confirmed_at)
                    select user_id, title, 'Opera', rights_confirmed_at from tournament_clips where id = \(clip)
                    """)
            }
            #expect(
                insertion
                    == .constraint(
                        name: "tournament_clips_genre_known", sqlstate: "23514", table: "tournament_clips"))
            try stage.superuser.execute(
                "update tournament_clips set title = 'B', captions = null, genre = 'Comedy' where id = \(clip)")
        }
    }
}

internal import FoundationEssentials
public import Postgres

/// Lets the invented people of the demo season talk about its clips and comparisons.
public struct DemoComments: Sendable {
    private struct Thread {
        let text: String
        let replies: [String]

        init(_ text: String, _ replies: String...) {
            self.text = text
            self.replies = replies
        }
    }

    private static let aboutClips = [
        Thread(
            "The reflection holds for exactly one beat after the turn. That is the cut into the next slot right there.",
            "I watched it four times and only saw it now.", "Good eye. I threw away six takes where it did not hold."),
        Thread("Against my own interest as a competitor: this one."),
        Thread(
            "Where does the light come from in the second half?",
            "From the left, and it moves. I like that it is never explained."),
        Thread("Matches the colours of the last slot so well that I thought it was the same camera. 🎬"),
        Thread("Rain on glass next, please."),
        Thread("The last second is a bit long for me. Everything before it is perfect.", "I would not lose a frame."),
        Thread("🔥🔥🔥"),
        Thread("No sound is the right choice here.", "There is sound! Turn it up.", "You are right. 😮"),
        Thread("I <3 the slow start."),
        Thread("Seen on a big screen this must be something."),
        Thread("This would be a fine opening of the whole film.", "Or its end."),
        Thread("Voted. The next one has a hard time."),
        Thread("How did you keep the horizon so still?", "A very boring prompt and nine tries. 😂"),
        Thread("The colour at four seconds 💯"),
    ]
    private static let aboutComparisons = [
        Thread("B gets the motion right and the light wrong, A the other way round.", "I would still take A."),
        Thread("All of them lose the thread after three seconds."),
        Thread("Half speed helps a lot: look at the edges.", "The second one flickers there."),
        Thread("Could somebody run this again with a longer prompt?"),
    ]

    private let database: Database

    /// The demo of a site, as the background role.
    public init(database: Database) {
        self.database = database
    }

    /// Writes the comments, unless there are some; how many were written.
    public func seed() throws -> Int {
        guard try !database.one("select exists (select from comments)", as: Bool.self) else { return 0 }
        let people: [UUID] = try database.query(
            "select id from users where username is not null and role = 'member' order by created_at, id limit 40")
        guard people.count >= 3 else { return 0 }
        let clips: [UUID] = try database.query(
            """
            select id
            from tournament_clips
            where status in ('active', 'locked') and video_key is not null
            order by created_at, id
            limit 11
            """)
        let comparisons: [UUID] = try database.query(
            "select id from comparisons where is_public and archived_at is null order by created_at, id limit 3")
        return try database.transaction { connection in
            var teller = Teller(people: people, connection: connection)
            for (number, clip) in clips.enumerated() {
                for offset in 0..<(3 + number * 5 % 4) {
                    try teller.tell(
                        Self.aboutClips[(number * 5 + offset * 3) % Self.aboutClips.count], clip: clip, comparison: nil)
                }
            }
            for (number, comparison) in comparisons.enumerated() {
                for offset in 0..<(2 + number % 2) {
                    try teller.tell(
                        Self.aboutComparisons[(number + offset) % Self.aboutComparisons.count], clip: nil,
                        comparison: comparison)
                }
            }
            return teller.written
        }
    }

    /// Writes threads: each by other people than the one before, and a little later.
    private struct Teller {
        let people: [UUID]
        let connection: Connection
        var written = 0

        mutating func tell(_ thread: Thread, clip: UUID?, comparison: UUID?) throws {
            let parent = try write(thread.text, clip: clip, comparison: comparison, answering: nil)
            for reply in thread.replies {
                _ = try write(reply, clip: clip, comparison: comparison, answering: parent)
            }
        }

        private mutating func write(_ text: String, clip: UUID?, comparison: UUID?, answering parent: UUID?) throws
            -> UUID
        {
            written += 1
            let minutes = Int32(max(2, 2_400 - written * 37))
            let id: UUID = try connection.one(
                """
                insert into comments (clip_id, comparison_id, parent_id, user_id, text, created_at)
                values (
                    \(clip), \(comparison), \(parent), \(people[written * 7 % people.count]), \(text),
                    dailies_now() - \(minutes) * interval '1 minute'
                )
                returning id
                """)
            try connection.execute(
                """
                insert into comment_likes (comment_id, user_id, created_at)
                select \(id), person, dailies_now()
                from unnest(\(people)) with ordinality here (person, place)
                where (place * 13 + \(Int32(written * 11))) % 17 < \(Int32(written * 5 % 6))
                """)
            return id
        }
    }
}

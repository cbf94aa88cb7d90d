import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Film

@Suite("Suspicious votes", .requiresPostgres)
struct VoteSignalTests {
    @Test("VOTE-08 the eleventh vote within ten seconds makes a burst, and the ten before it belong to it")
    func burst() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...13).map { "clip \($0)" }).clips
            // Against the order of uploading, which is another signal.
            for (index, clip) in clips.reversed().prefix(10).enumerated() {
                try stage.stopClock(at: "2026-05-05 12:00:0\(index)+00")
                _ = try stage.cast(.visitor(1, clip))
            }
            #expect(try stage.flagged("burst") == 0)
            try stage.stopClock(at: "2026-05-05 12:00:10.001+00")
            _ = try stage.cast(.visitor(1, clips[2]))
            #expect(try stage.flagged("burst") == 0)
            try stage.stopClock(at: "2026-05-05 12:00:10.9+00")
            _ = try stage.cast(.visitor(1, clips[1]))
            #expect(try stage.flagged("burst") == 11)
            // The very first was more than ten seconds before.
            #expect(try stage.flags(of: .visitor(1, clips[12])) == [])
            try stage.stopClock(at: "2026-05-05 12:01:30+00")
            _ = try stage.cast(.visitor(1, clips[0]))
            #expect(try stage.flagged("burst") == 11)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-08 eight clips in the order of uploading, each within two seconds, are flagged from the first on")
    func uploadOrder() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting((1...20).map { "clip \($0)" }).clips
            for index in 0..<8 {
                try stage.stopClock(at: "2026-05-05 12:00:\(10 + index)+00")
                _ = try stage.cast(.visitor(1, clips[2 * index + 1]))
                // Two seconds apart is slow enough.
                try stage.stopClock(at: "2026-05-05 12:00:\(10 + 2 * index)+00")
                _ = try stage.cast(.visitor(2, clips[2 * index + 1]))
                // This one goes back once.
                try stage.stopClock(at: "2026-05-05 12:00:\(10 + index)+00")
                _ = try stage.cast(.visitor(3, clips[index == 4 ? 0 : 2 * index + 1]))
                if index == 6 { #expect(try stage.flagged("upload_order") == 0) }
            }
            #expect(try stage.flagged("upload_order") == 8)
            #expect(try stage.flags(of: .visitor(1, clips[1])) == ["upload_order"])
            #expect(try stage.flags(of: .visitor(1, clips[15])) == ["upload_order"])
            try stage.stopClock(at: "2026-05-05 12:00:18+00")
            _ = try stage.cast(.visitor(1, clips[18]))
            #expect(try stage.flagged("upload_order") == 9)
        }
    }

    @Test("VOTE-08 six new devices of one network for one clip are a wave; a class that looks around is none")
    func newDevices() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B", "C"]).clips
            try stage.stopClock(at: "2026-05-05 12:00:00+00")
            for device in 1...5 { _ = try stage.cast(.visitor(device, clips[0], network: 7)) }
            for device in 11...22 { _ = try stage.cast(.visitor(device, clips[device % 3], network: 8)) }
            #expect(try stage.flagged("new_devices") == 0)
            try stage.stopClock(at: "2026-05-05 12:04:59+00")
            _ = try stage.cast(.visitor(6, clips[0], network: 7))
            #expect(try stage.flagged("new_devices") == 6)
            // A vote of the wave for another clip is none of it, and a member is no visitor.
            _ = try stage.cast(.visitor(5, clips[1], network: 7))
            _ = try stage.cast(.member(try stage.member("pupil"), clips[0], device: 7))
            #expect(try stage.flagged("new_devices") == 6)
            try stage.stopClock(at: "2026-05-05 12:20:00+00")
            _ = try stage.cast(.visitor(30, clips[0], network: 7))
            #expect(try stage.flagged("new_devices") == 6)
            // In one batch they are found too.
            _ = try stage.votes.cast((40..<46).map { .visitor($0, clips[0], network: 9) })
            #expect(try stage.flagged("new_devices") == 12)
        }
    }

    @Test("VOTE-08 devices that voted on another day are no wave")
    func knownDevices() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"], configure: { $0.roundSeconds = 30 * 86_400 }).clips
            try stage.stopClock(at: "2026-05-05 12:00:00+00")
            for device in 1...9 { _ = try stage.cast(.visitor(device, clips[device % 2], network: 7)) }
            try stage.stopClock(at: "2026-05-06 12:00:00+00")
            for device in 1...9 {
                _ = try stage.cast(.visitor(device, clips[(device + 1) % 2], network: device < 9 ? 8 : 9))
            }
            #expect(try stage.flagged("new_devices") == 0)
        }
    }

    @Test("VOTE-08 a second identity on one device is flagged, unless the voter cookies show two browsers")
    func secondIdentity() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B", "C"]).clips
            let (ann, bob, cid) = (try stage.member("ann"), try stage.member("bob"), try stage.member("cid"))
            func ballot(_ member: UUID, _ clip: Int, cookie: String?) -> Ballot {
                var ballot = Ballot.member(member, clips[clip], device: 1)
                ballot.cookieHash = cookie
                return ballot
            }
            _ = try stage.cast(ballot(ann, 0, cookie: "aa"))
            _ = try stage.cast(ballot(ann, 1, cookie: "aa"))
            _ = try stage.cast(ballot(cid, 0, cookie: "cc"))
            #expect(try stage.flagged("second_identity") == 0)
            _ = try stage.cast(ballot(bob, 0, cookie: "aa"))
            _ = try stage.cast(ballot(bob, 2, cookie: "aa"))
            #expect(try stage.flagged("second_identity") == 2)
            // From another device the same member is not suspicious.
            _ = try stage.cast(.member(bob, clips[1], device: 2))
            #expect(try stage.flagged("second_identity") == 2)
            // A visitor's vote beside the member's own, as from a private window without the cookie.
            let dan = try stage.member("dan")
            _ = try stage.cast(.visitor(5, clips[0]))
            _ = try stage.cast(.member(dan, clips[0], device: 5))
            #expect(try stage.flagged("second_identity") == 3)
            #expect(try stage.drift() == 0)
        }
    }

    @Test("VOTE-08 what a visitor does after signing out is the same person again once the votes are taken over")
    func adoptedIdentity() throws {
        try FilmStage.run { stage in
            let clips = try stage.voting(["A", "B"]).clips
            let ann = try stage.member("ann")
            _ = try stage.cast(.member(ann, clips[0], device: 1))
            _ = try stage.cast(.visitor(1, clips[1]))
            #expect(try stage.flagged("second_identity") == 1)
            let taken: Int = try stage.superuser.one("select adopt_device_votes(\(Ballot.device(1)), \(ann))")
            #expect(taken == 1)
            #expect(try stage.flagged("second_identity") == 0)
        }
    }

    @Test("VOTE-08 every reason that SQL writes down is a word of VoteSignal")
    func words() throws {
        let written = try ["cast_votes", "networks"].map {
            try String(contentsOfFile: "\(Repository.root)/migrations/functions/votes/\($0).sql", encoding: .utf8)
        }.joined()
        for signal in VoteSignal.allCases.dropFirst(3) {
            #expect(written.contains("'\(signal.rawValue)'") || written.contains("'{\(signal.rawValue)}'"))
        }
        let document = try String(contentsOfFile: "\(Repository.root)/docs/api.md", encoding: .utf8)
        for signal in VoteSignal.allCases { #expect(document.contains("`\(signal.rawValue)`"), "\(signal)") }
    }
}

extension FilmStage {
    /// How many votes are flagged for this reason.
    func flagged(_ reason: String) throws -> Int {
        try superuser.one("select count(*)::int from votes where \(reason) = any (flags)")
    }

    /// What a vote that counts is flagged for.
    func flags(of ballot: Ballot) throws -> [String] {
        try superuser.one(
            """
            select coalesce(flags, '{}') from votes
            where voter_key = \(ballot.voterKey) and clip_id = \(ballot.clipID) and voided_at is null
            """)
    }
}

internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("Device, then member", .requiresPostgres)
struct DeviceThenMemberTests {
    @Test("VOTE-07 at sign-in the device's votes of the open round become the member's", arguments: Depth.allCases)
    func adoption(depth: Depth) throws {
        try FilmSite.run(depth) { film in
            let (_, clips) = try film.voting(["Dunes", "Tides"])
            let dana = try film.site.visitor(address: "198.51.100.9").ready()
            let first = try dana.send(.post, "/api/vote", ["clipId": .string(clips[0])])
            #expect(first.status == 200 && first.json["newScore"] == 1, "\(first)")

            try dana.signIn("dana")
            let feed = try dana.get("/api/vote").json
            #expect(feed["votedClipIds"] == [.string(clips[0])])
            #expect(feed["totalVotesToday"] == 1)
            let again = try dana.send(.post, "/api/vote", ["clipId": .string(clips[0])])
            #expect(again.status == 409 && again.code == "already_voted", "\(again)")
            let owners: [Bool] = try film.site.database.database(as: .owner).query(
                "select voter_key = 'user_' || user_id and device_key like 'device_%' from votes")
            #expect(owners == [true])

            // The same device has had its vote on this clip, signed in or not.
            #expect(try dana.send(.post, "/api/auth/signout").status == 204)
            let anonymous = try dana.ready().send(.post, "/api/vote", ["clipId": .string(clips[0])])
            #expect(anonymous.status == 409 && anonymous.code == "already_voted", "\(anonymous)")
        }
    }

    @Test("VOTE-07 what the member had voted for already counts once")
    func duplicates() throws {
        try FilmSite.run { film in
            let (_, clips) = try film.voting(["Dunes"])
            let phone = try film.site.visitor(address: "198.51.100.8").signIn("dana")
            #expect(try phone.send(.post, "/api/vote", ["clipId": .string(clips[0])]).json["newScore"] == 1)
            let desk = try film.site.visitor(address: "198.51.100.9").ready()
            #expect(try desk.send(.post, "/api/vote", ["clipId": .string(clips[0])]).json["newScore"] == 2)
            try desk.signIn("dana")
            let score: Int = try film.site.database.database(as: .owner)
                .one("select weighted_score from tournament_clips")
            #expect(score == 1)
        }
    }
}

internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers
internal import Testing
internal import Text

@testable internal import Film
@testable internal import VotingHandlers

/// The answers of the vote and the feed are written byte by byte. They must be what their shapes say.
@Suite("Hand-written answers")
struct WrittenAnswerTests {
    private static let instant = Date(timeIntervalSince1970: 1_767_323_045.678)

    private func clip(_ number: Int) -> FeedClip {
        // The members of a card are tested where cards are read; here it only matters that they are passed on.
        let members: JSONValue = [
            "id": .string(UUID().text), "title": .string("Clip \(number) “é” / \\"), "username": .null,
            "avatarUrl": "/api/avatar/x", "genre": "Comedy", "aiGenerated": false, "videoUrl": "/v.mp4",
            "posterUrl": .null, "thumbnailUrl": .null,
            "blurhash": .null, "width": 1080, "height": 1920, "durationSeconds": 7.5, "captionsUrl": .null,
            "createdAt": .string(Self.instant.rfc3339),
        ]
        let id = UUID()
        return FeedClip(
            id: id, idText: id.text, fragment: members.bytes.dropLast(), voteCount: number, weightedScore: 3 * number,
            viewCount: 9, activatedAt: Self.instant, commentCount: 2 * number)
    }

    @Test("FEED-01 the feed's bytes are its shape", arguments: CountVisibility.allCases, [true, false])
    func feed(counts: CountVisibility, hasSeason: Bool) throws {
        let clips = (0..<3).map(clip)
        let season = FeedSeason(
            id: UUID(), label: "Night \"shift\"", genre: "Sci-Fi", totalSlots: 75, showCounts: counts)
        let snapshot = FeedSnapshot(
            state: hasSeason ? .voting : .noSeason, season: hasSeason ? season : nil, slot: hasSeason ? 4 : nil,
            votingStartedAt: nil, votingEndsAt: hasSeason ? Self.instant : nil, clips: clips)
        let page = FeedPage(
            snapshot: snapshot, clips: clips.map { ($0, $0.voteCount == 1) }, hasMoreClips: true,
            votedClipIDs: [clips[1].idText], standing: VoterStanding(voted: [clips[1].id], dailyVotes: 200))
        let answer = FeedAnswer(page: page, feedToken: "token")
        let written = try JSONValue(parsing: answer.bytes)
        #expect(written == answer.json)
        #expect(FeedAnswer.schema.faults(in: written).isEmpty)
    }

    @Test("VOTE-01 the bytes of a counted vote are its shape", arguments: [true, false])
    func vote(showsScore: Bool) throws {
        let tally = VoteTally(
            clipID: UUID(), newScore: 17, voteCount: 5, totalVotesToday: 3,
            remaining: RemainingVotes(standard: 197, super: 1, mega: 0), rateRemaining: 27)
        let answer = VoteAnswer(tally: tally, showsScore: showsScore)
        let written = try JSONValue(parsing: answer.bytes)
        #expect(written == answer.json)
        #expect(VoteAnswer.schema.faults(in: written).isEmpty)
    }
}

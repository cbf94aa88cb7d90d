/// Counts closed rounds again from their exports alone.
public struct TallyCheck {
    private var faults: [TallyFault] = []
    private var rounds: [TallyReport.Round] = []

    /// Checks documents of one season. When they are said to be the whole of it, nothing may be missing between the
    /// first and the last.
    public static func report(on entries: [TallyEntry], isWhole: Bool) -> TallyReport {
        var check = TallyCheck()
        let entries = entries.sorted { ($0.document.number, $0.document.slot) < ($1.document.number, $1.document.slot) }
        check.chain(entries, isWhole: isWhole)
        for (slot, entries) in Dictionary(grouping: entries, by: \.document.slot).sorted(by: { $0.key < $1.key }) {
            check.slot(slot, entries)
        }
        return TallyReport(
            isSound: check.faults.isEmpty, documents: entries.count, rounds: check.rounds, faults: check.faults)
    }

    private mutating func fail(_ slot: Int?, _ code: String, _ message: String) {
        faults.append(TallyFault(slot: slot, code: code, message: message))
    }

    /// Every hash is that of its document, and every document names the hash of the one before.
    private mutating func chain(_ entries: [TallyEntry], isWhole: Bool) {
        if Set(entries.map(\.document.season)).count > 1 {
            fail(nil, "other_season", "the documents are of more than one season")
        }
        if entries.isEmpty { fail(nil, "nothing", "there is no document") }
        var before: TallyEntry?
        for entry in entries {
            let document = entry.document
            if document.format != TallyDocument.knownFormat {
                fail(document.slot, "format", "document \(document.number) has the form \(document.format)")
            }
            if entry.computedHash != entry.statedHash {
                fail(document.slot, "hash", "document \(document.number) does not match its hash")
            }
            let expected = (before?.document.number ?? 0) + 1
            if document.number == before?.document.number {
                fail(document.slot, "number", "there is more than one document \(document.number)")
            } else if document.number == expected {
                if document.previousHash != before?.computedHash {
                    fail(document.slot, "chain", "document \(document.number) does not follow the one before it")
                }
            } else if isWhole || document.number < 1 {
                fail(document.slot, "gap", "document \(expected) is missing")
            }
            before = entry
        }
        guard isWhole else { return }
        let closed = Set(entries.filter { $0.document.kind == .round }.map(\.document.slot))
        for slot in 1..<max(1, closed.max() ?? 1) where !closed.contains(slot) {
            fail(slot, "slot_missing", "the round has no export")
        }
    }

    /// The round of a slot, which may have been exported again after it was opened anew, and its corrections.
    private mutating func slot(_ slot: Int, _ entries: [TallyEntry]) {
        var round: TallyEntry?
        var corrections = 0
        var winner: String?
        for entry in entries {
            switch entry.document.kind {
            case .round:
                round = entry
                corrections = 0
                winner = self.round(entry.document)
            case .correction:
                corrections += 1
                guard let round else {
                    fail(slot, "corrects", "document \(entry.document.number) corrects a round that is not here")
                    continue
                }
                correction(entry.document, of: round)
            }
        }
        rounds.append(
            TallyReport.Round(
                slot: slot, winner: winner, votes: round?.document.votes?.count ?? 0, corrections: corrections))
        if let round { replacement(slot, round.document, entries.map(\.document)) }
    }

    /// Counts a round again. Answers who won by the votes.
    private mutating func round(_ document: TallyDocument) -> String? {
        let slot = document.slot
        guard let clips = document.clips, let results = document.results, let votes = document.votes,
            let closedAt = document.closedAt
        else {
            fail(slot, "incomplete", "document \(document.number) lacks clips, results, votes or the time of closing")
            return nil
        }
        guard Set(clips.map(\.n)).count == clips.count, Set(clips.map(\.id)).count == clips.count else {
            fail(slot, "clips", "a clip is listed twice")
            return nil
        }
        self.votes(votes, clips: clips, closedAt: closedAt, slot: slot)
        let counts = Self.counts(of: votes)
        let ranked = RankRule.ranked(
            clips.filter(\.competed).map { clip in
                let count = counts[clip.n, default: (score: 0, votes: 0)]
                return RankEntry(id: clip.id, uploadedAt: clip.uploadedAt, score: count.score, votes: count.votes)
            })
        let numbers = Dictionary(uniqueKeysWithValues: clips.map { ($0.id, $0.n) })
        let published = results.sorted { $0.rank < $1.rank }
        if published.map(\.rank) != Array(1...max(1, ranked.count)) || published.count != ranked.count {
            fail(slot, "ranks", "the result does not rank each clip that competed once")
        }
        for (mine, theirs) in zip(ranked, published) {
            if numbers[mine.id] != theirs.clip {
                fail(slot, "rank", "rank \(theirs.rank) belongs to \(mine.id)")
            }
        }
        for result in published {
            let count = counts[result.clip, default: (score: 0, votes: 0)]
            if count.votes != result.votes || count.score != result.score {
                fail(
                    slot, "count",
                    """
                    clip \(result.clip) has \(count.votes) votes of weight \(count.score), \
                    the result says \(result.votes) of weight \(result.score)
                    """)
            }
        }
        return ranked.first?.id
    }

    /// Each voter votes once for a clip, for one that is listed, and before the end.
    private mutating func votes(_ votes: [TallyVote], clips: [TallyClip], closedAt: String, slot: Int) {
        struct Ballot: Hashable {
            let voter: String
            let clip: Int
        }
        let known = Set(clips.map(\.n))
        let end = closedAt.prefix(16)
        var seen: Set<Ballot> = []
        for vote in votes {
            if !known.contains(vote.clip) { fail(slot, "vote_clip", "a vote is for clip \(vote.clip), which is none") }
            if vote.casts < 1 || vote.weight < 0 {
                fail(slot, "vote_weight", "a vote of \(vote.voter) counts for less")
            }
            if vote.minute.prefix(16) > end { fail(slot, "vote_late", "a vote of \(vote.voter) came after the end") }
            if !vote.isVoid, !seen.insert(Ballot(voter: vote.voter, clip: vote.clip)).inserted {
                fail(slot, "vote_twice", "\(vote.voter) has more than one vote for clip \(vote.clip)")
            }
        }
    }

    /// What changed must have been there, and the recount must be what the round and the changes add up to.
    private mutating func correction(_ document: TallyDocument, of round: TallyEntry) {
        let slot = document.slot
        if document.corrects != round.computedHash {
            fail(slot, "corrects", "document \(document.number) corrects another export of the round")
        }
        guard let changes = document.changes, let recount = document.recount, let votes = round.document.votes,
            let clips = round.document.clips
        else {
            fail(slot, "incomplete", "document \(document.number) lacks changes or a recount")
            return
        }
        var now: [TallyVote: Int] = [:]
        for vote in votes { now[vote, default: 0] += 1 }
        for change in changes {
            let before = TallyVote(change.identity, isVoid: !change.isVoid)
            guard let count = now[before], count > 0 else {
                fail(slot, "change", "document \(document.number) changes a vote that the export does not hold")
                continue
            }
            now[before] = count - 1
            now[change, default: 0] += 1
        }
        let counts = Self.counts(of: now.flatMap { Array(repeating: $0.key, count: $0.value) })
        let mine = clips.filter(\.competed).map(\.n).sorted().map { n in
            let count = counts[n, default: (score: 0, votes: 0)]
            return TallyCount(clip: n, score: count.score, votes: count.votes)
        }
        if mine != recount.sorted(by: { $0.clip < $1.clip }) {
            fail(slot, "recount", "the recount of document \(document.number) is not what the votes add up to")
        }
    }

    /// The clip in the film is the one that the votes chose, unless somebody is said to have replaced it.
    private mutating func replacement(_ slot: Int, _ round: TallyDocument, _ documents: [TallyDocument]) {
        guard let chosen = rounds.last?.winner else { return }
        var mayDiffer = false
        for document in documents where document.number >= round.number {
            let kinds = Set(document.interventions.map(\.kind))
            mayDiffer = mayDiffer || !kinds.isDisjoint(with: TallyIntervention.replacingWinner)
            if document.winner != chosen && !mayDiffer {
                fail(slot, "winner", "the votes chose \(chosen), document \(document.number) names \(document.winner)")
            }
        }
    }

    private static func counts(of votes: [TallyVote]) -> [Int: (score: Int, votes: Int)] {
        var counts: [Int: (score: Int, votes: Int)] = [:]
        for vote in votes where !vote.isVoid {
            // A forged number must not end the program.
            counts[vote.clip, default: (0, 0)].score &+= vote.weight
            counts[vote.clip, default: (0, 0)].votes &+= vote.casts
        }
        return counts
    }
}

extension TallyVote {
    fileprivate init(_ identity: Identity, isVoid: Bool) {
        minute = identity.minute
        voter = identity.voter
        clip = identity.clip
        casts = identity.casts
        weight = identity.weight
        self.isVoid = isVoid
    }
}

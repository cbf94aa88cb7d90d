public import Film
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers

/// What an act did, or would do.
struct ActAnswer: Shaped {
    let outcome: ActOutcome

    static let shape = Shape<ActAnswer>("ActOutcome") {
        Field("success", { _ in true })
        Field("summary", \.outcome.sentences, "What changes, in sentences.")
        Field("events", \.outcome.events, "What happens to the round, in order.")
        Field("consequences", \.outcome.consequences, "What changes besides. What does not apply is null.")
    }
}

extension Consequences.NamedClip: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Consequences.NamedClip>("NamedClip") {
        Field("id", \.id)
        Field("title", \.title)
    }
}

extension Consequences: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Consequences>("Consequences") {
        Field("winner", \.winner, "The clip that is in the film afterwards.")
        Field("replaced", \.replaced, "The clip that is in the film no longer.")
        Field("votes", \.votes, "How many votes count no longer.")
        Field("results", \.results, "How many rounds lose their result.")
        Field("clips", \.clips, "How many clips return to the race, or are deleted with their season.")
        Field("clipsKept", \.clipsKept, "How many clips stay in the queue although their season is deleted.")
        Field("closesSlot", \.closesSlot, "The slot that closes because the one before it opens again.")
        Field("seasonStatus", \.seasonStatus, "Where it changes.")
        Field("leavesGap", \.leavesGap, "Whether a title card fills the place of a clip that is taken down.")
        Field("resultStays", \.resultStays, "Whether the slot keeps its result although its votes stop counting.")
        Field("isDeleted", \.isDeleted)
        Field("filmChanges", \.filmChanges, "Whether a finished film is assembled again.")
        Field("voidID", \.voidId, "The void by which the votes come back.")
    }
}

extension FilmStrip: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<FilmStrip>("FilmStrip") {
        Field("season", \.season)
        Field("coverURL", \.coverURL, "The picture that an admin has chosen; null while the film's own is used.")
        Field("slots", \.slots)
    }
}

extension StripSlot: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<StripSlot>("StripSlot") {
        Field("slot", \.position)
        Field("status", \.status)
        Field("votingStartedAt", \.votingStartedAt)
        Field("votingEndsAt", \.votingEndsAt)
        Field("extensions", \.extensions)
        Field("reviewEndsAt", \.reviewEndsAt)
        Field("lockedAt", \.lockedAt)
        Field("winner", \.winner?.clip, "Null for a locked slot whose clip was taken down.")
        Field("winnerVotes", \.winner?.voteCount)
        Field("winnerScore", \.winner?.weightedScore)
        Field("clips", \.clips, "How many clips compete in it.")
        Field("votes", \.votes, "How many votes they have.")
        Field("interventions", \.interventions)
    }
}

extension WinnerCandidate: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<WinnerCandidate>("WinnerCandidate") {
        Field("clip", \.clip)
        Field("status", \.status)
        Field("slot", \.slot, "Where it competes or competed last.")
        Field("rank", \.rank, "In the slot's result; null when it did not compete there.")
        Field("voteCount", \.voteCount, "In the slot; null when it did not compete there.")
        Field("weightedScore", \.weightedScore)
    }
}

struct WinnerCandidates: Shaped {
    let candidates: [WinnerCandidate]

    static let shape = Shape<WinnerCandidates>("WinnerCandidates") {
        Field("candidates", \.candidates, "Those of the slot's round first, by rank.")
    }
}

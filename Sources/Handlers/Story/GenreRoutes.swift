public import Film
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers

extension StoryRoutes {
    static func genreRoutes(_ votes: GenreVotes) -> [Route] {
        [
            poll(votes), cast(votes).acceptingForms(.backTo("/genre", saying: "genre-saved")),
            remove(votes),
        ]
    }

    private static func poll(_ votes: GenreVotes) -> Route {
        .get(
            "/api/genre-vote", access: .any, features: ["FILM-12"],
            summary: "The vote on the next season's genre, with the caller's own."
        ) { context in try votes.poll(for: context.caller.member?.id) }
    }

    private static func cast(_ votes: GenreVotes) -> Route {
        .post(
            "/api/genre-vote", access: .member, limit: .vote, body: GenreVoteInput.self, features: ["FILM-12"],
            summary: "Votes for a genre, or changes the vote; without a genre, removes it."
        ) { context, input in
            let member = try context.member().id
            try votes.cast(input.genre, by: member)
            return try votes.poll(for: member)
        }
    }

    private static func remove(_ votes: GenreVotes) -> Route {
        .delete(
            "/api/genre-vote", access: .member, limit: .vote, features: ["FILM-12"],
            summary: "Removes the caller's vote."
        ) { context in
            let member = try context.member().id
            try votes.cast(nil, by: member)
            return try votes.poll(for: member)
        }
    }
}

private struct GenreVoteInput: InputShape {
    @Input("Null removes the vote.") var genre: SeasonGenre?
}

extension SeasonGenre: JSONRepresentable, InputValue {}

extension GenrePoll: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<GenrePoll>("GenrePoll") {
        Field("open", \.isOpen, "Whether members can vote: while no season runs.")
        Field("runningSeason", \.runningSeason, "The season that runs; null while the vote is open.")
        Field("genres", \.genres, "Always all seven, in the same order.")
        Field("total", \.total)
        Field("mine", \.mine, "Null for none and for visitors.")
    }
}

extension GenrePoll.Share: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<GenrePoll.Share>("GenreShare") {
        Field("genre", \.genre)
        Field("votes", \.votes)
        Field("percent", \.percent, .integer(0...100), "The parts add up to 100 when there are votes.")
    }
}

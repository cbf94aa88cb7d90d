public import Film
public import HTTP

/// The routes by which admins run the film.
public enum AdminRoutes {
    /// Every route of the group.
    public static func routes(
        seasons: Seasons, rounds: Rounds, clips: Clips, votes: VoteOversight, stories: Stories, acts: FilmActs
    ) -> [Route] {
        clipRoutes(clips) + seasonRoutes(seasons) + roundRoutes(rounds)
            + voteRoutes(votes, rounds) + actRoutes(acts, stories)
    }
}

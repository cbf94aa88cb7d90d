package import Configuration

/// The rules of the vote that an operator sets.
package struct FilmSettings: SettingGroup {
    package static let title = "Voting"

    package let dailyVotes = Setting(
        "DAILY_VOTES", default: 200, in: 1...1_000_000, unit: "votes", "How many votes a voter has on one UTC day.")
    package let networkVoteWeight = Setting(
        "NETWORK_VOTE_WEIGHT", default: 100, in: 1...1_000_000, unit: "weight",
        "The most weight that the visitors of one network add to one clip in a round. Votes beyond it are stored, with "
            + "weight 0. Also how often they judge a pair of a blind battle, or vote for a video, on a day.")

    package init() {}
}

extension Settings {
    /// The rules of the vote.
    package var film: SettingValues<FilmSettings> { self[FilmSettings.self] }
}

/// Why a vote looks suspicious: the words in `votes.flags`. Each is written down with the vote and refuses nothing.
///
/// The first three are seen in the request; the others are found while the vote is counted (`cast_votes` in SQL).
public enum VoteSignal: String, Sendable, CaseIterable {
    /// The browser sent fewer headers than browsers do.
    case missingHeaders = "missing_headers"
    /// No feed came before the vote, or the token says so wrongly.
    case feedTokenMissing = "feed_token_missing"
    /// The feed is older than its token allows.
    case feedTokenStale = "feed_token_stale"
    /// One of more than ten votes of a voter in ten seconds.
    case burst
    /// One of eight or more clips voted for in the order in which they were uploaded, less than two seconds apart.
    case uploadOrder = "upload_order"
    /// One of a wave: more than five devices of one network that never voted before came within five minutes, and
    /// four in five of their votes are for this clip.
    case newDevices = "new_devices"
    /// The device voted in this round for another identity of which a member is one, and no voter cookie tells the
    /// browsers apart.
    case secondIdentity = "second_identity"
    /// The visitors of the network had brought all they can to the clip, so that the vote weighs nothing.
    case networkCap = "network_cap"
}

public import Refusals

/// Why casting or undoing a vote failed.
public typealias VoteError = DomainError<VoteRefusal>

/// Why a vote does not count, in the order in which the rules are checked.
public enum VoteRefusal: Refusal, Equatable {
    /// Voting, or this kind of vote, is switched off.
    case featureOff
    /// Too many requests: in a minute, or in a day.
    case rateLimited(retryAfter: Int)
    /// The limiter cannot decide.
    case limiterUnavailable
    /// The member is banned.
    case banned
    /// Only members may cast this.
    case authRequired
    /// There is no such clip.
    case clipNotFound
    /// The clip does not compete.
    case clipNotActive
    /// The clip's slot has not had its turn.
    case wrongSlot
    /// The round is over.
    case roundOver
    /// The clip is the voter's own.
    case ownClip
    /// The voter's vote for this clip counts already.
    case alreadyVoted(VoteTally)
    /// The slot's super vote is spent.
    case superUsed
    /// The slot's mega vote is spent.
    case megaUsed
    /// The day's votes are spent.
    case dailyLimit
    /// The voter must prove first to be a person.
    case captchaRequired
    /// There is no vote that could be undone.
    case voteNotFound
    /// More votes wait than can be counted at the moment, or the process is stopping.
    case busy

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .featureOff: "feature_off"
        case .rateLimited: "rate_limited"
        case .limiterUnavailable: "limiter_unavailable"
        case .banned: "banned"
        case .authRequired: "auth_required"
        case .clipNotFound: "clip_not_found"
        case .clipNotActive: "clip_not_active"
        case .wrongSlot: "wrong_slot"
        case .roundOver: "round_over"
        case .ownClip: "own_clip"
        case .alreadyVoted: "already_voted"
        case .superUsed: "super_used"
        case .megaUsed: "mega_used"
        case .dailyLimit: "daily_limit"
        case .captchaRequired: "captcha_required"
        case .voteNotFound: "vote_not_found"
        case .busy: "unavailable"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .featureOff: "Voting is switched off at the moment."
        case .rateLimited: "You are voting too fast. Wait a moment."
        case .limiterUnavailable, .busy: "Voting is not possible at the moment. Try again."
        case .banned: "Your account is banned. Your profile shows the reason."
        case .authRequired: "Sign in to cast this vote."
        case .clipNotFound: "There is no such clip."
        case .clipNotActive: "This clip does not compete."
        case .wrongSlot: "This clip's slot is not open for votes."
        case .roundOver: "The round is over."
        case .ownClip: "You cannot vote for your own clip."
        case .alreadyVoted: "You have voted for this clip in this round."
        case .superUsed: "You have cast your super vote for this slot."
        case .megaUsed: "You have cast your mega vote for this slot."
        case .dailyLimit: "You've used all of today's votes."
        case .captchaRequired: "Complete the captcha to vote."
        case .voteNotFound: "You have no vote for this clip in this round."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .featureOff: .unavailable(retryAfter: 60)
        case .limiterUnavailable, .busy: .unavailable(retryAfter: 2)
        case .rateLimited(let seconds): .tooMany(retryAfter: seconds)
        case .authRequired: .unauthenticated
        case .banned, .ownClip, .dailyLimit, .captchaRequired: .forbidden
        case .clipNotFound, .voteNotFound: .notFound
        case .clipNotActive, .wrongSlot, .roundOver, .alreadyVoted, .superUsed, .megaUsed: .conflict
        }
    }

    /// The refusal that the functions in SQL name by its code.
    init?(code: String, retryAfter: Int?, tally: VoteTally?) {
        switch (code, tally) {
        case ("already_voted", let tally?): self = .alreadyVoted(tally)
        case ("rate_limited", _): self = .rateLimited(retryAfter: retryAfter ?? 1)
        default:
            guard let refusal = Self.plain.first(where: { $0.code == code }) else { return nil }
            self = refusal
        }
    }

    private static let plain: [VoteRefusal] = [
        .featureOff, .limiterUnavailable, .banned, .authRequired, .clipNotFound, .clipNotActive, .wrongSlot,
        .roundOver, .ownClip, .superUsed, .megaUsed, .dailyLimit, .captchaRequired, .voteNotFound,
    ]
}

internal import Postgres
public import Refusals

/// Why a call about credits failed.
public typealias CreditError = DomainError<CreditRefusal>

/// A request about credits that a rule does not allow.
public enum CreditRefusal: Refusal, Equatable {
    /// The member has fewer credits than are needed.
    case insufficient(balance: Int, needed: Int)
    /// Another run has this reference.
    case referenceTaken
    /// There is no such reservation.
    case reservationNotFound
    /// The reservation was ended the other way before.
    case alreadyEnded
    /// There is no such member.
    case memberNotFound
    /// An earlier, different request had this key.
    case keyReused

    static func check(_ outcome: String, balance: Int, wanted: Int) throws {
        switch outcome {
        case "done": return
        case "insufficient_credits": throw Self.insufficient(balance: balance, needed: wanted)
        case "reference_taken": throw Self.referenceTaken
        case "reservation_not_found": throw Self.reservationNotFound
        case "already_settled", "already_released": throw Self.alreadyEnded
        case "member_not_found": throw Self.memberNotFound
        case "key_reused": throw Self.keyReused
        default: throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
    }

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .insufficient: "limit_credits"
        case .referenceTaken: "reference_taken"
        case .reservationNotFound: "reservation_not_found"
        case .alreadyEnded: "reservation_ended"
        case .memberNotFound: "member_not_found"
        case .keyReused: "key_reused"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .insufficient(let balance, let needed):
            "This needs \(needed) credits, and \(balance) are left. Nothing was changed."
        case .referenceTaken: "This run has reserved its credits already."
        case .reservationNotFound: "There is no such reservation."
        case .alreadyEnded: "This reservation has ended already."
        case .memberNotFound: "There is no such member."
        case .keyReused: "“Idempotency-Key” names an earlier request that was a different one. Nothing was changed."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .insufficient: .forbidden
        case .referenceTaken, .alreadyEnded, .keyReused: .conflict
        case .reservationNotFound, .memberNotFound: .notFound
        }
    }
}

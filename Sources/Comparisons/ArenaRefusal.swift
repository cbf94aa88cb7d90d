internal import Postgres
public import Refusals

/// A request about what members keep of the arena or suggest for it that a rule does not allow.
public enum ArenaRefusal: Refusal, Equatable {
    /// There is no such public comparison.
    case comparisonNotFound
    /// There is no such model, or it is not offered.
    case modelNotFound
    /// The member has saved as much as a list holds.
    case favoriteLimit
    /// The member has as many open suggestions as a member may have.
    case suggestionLimit
    /// An open suggestion has the same prompt.
    case suggestionRepeated
    /// There is no such open suggestion.
    case suggestionNotFound
    /// An admin has decided about it already.
    case suggestionDecided
    /// The suggestion is the member's own.
    case ownSuggestion

    /// Throws the refusal that an outcome of a function in SQL names.
    static func check(_ outcome: String) throws {
        switch outcome {
        case "done": return
        case "comparison_not_found": throw Self.comparisonNotFound
        case "model_not_found": throw Self.modelNotFound
        case "favorite_limit": throw Self.favoriteLimit
        case "suggestion_limit": throw Self.suggestionLimit
        case "suggestion_repeated": throw Self.suggestionRepeated
        case "suggestion_not_found": throw Self.suggestionNotFound
        case "suggestion_decided": throw Self.suggestionDecided
        case "own_suggestion": throw Self.ownSuggestion
        default: throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
    }

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .comparisonNotFound: "comparison_not_found"
        case .modelNotFound: "model_not_found"
        case .favoriteLimit: "favorite_limit"
        case .suggestionLimit: "suggestion_limit"
        case .suggestionRepeated: "suggestion_repeated"
        case .suggestionNotFound: "suggestion_not_found"
        case .suggestionDecided: "suggestion_decided"
        case .ownSuggestion: "own_suggestion"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .comparisonNotFound: "There is no such comparison."
        case .modelNotFound: "There is no such model on this site."
        case .favoriteLimit: "You have saved \(Favorites.most) favourites. Remove one first."
        case .suggestionLimit:
            "You have \(Suggestions.mostOpen) open suggestions. Send the next one when an admin has decided about one."
        case .suggestionRepeated: "This prompt is suggested already. Vote for that suggestion."
        case .suggestionNotFound: "There is no such open suggestion."
        case .suggestionDecided: "An admin has decided about this suggestion already."
        case .ownSuggestion: "You can't vote for your own suggestion."
        }
    }

    /// Says which sort of refusal it is.
    public var kind: RefusalKind {
        switch self {
        case .comparisonNotFound, .suggestionNotFound: .notFound
        case .modelNotFound: .invalid(field: "models")
        case .favoriteLimit, .suggestionLimit, .suggestionDecided: .conflict
        case .suggestionRepeated: .conflict
        case .ownSuggestion: .forbidden
        }
    }
}

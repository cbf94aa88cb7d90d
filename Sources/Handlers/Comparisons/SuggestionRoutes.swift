internal import Catalog
public import Comparisons
internal import FoundationEssentials
public import HTTP
internal import Postgres
internal import SharedHandlers
internal import Text

extension ComparisonRoutes {
    /// The routes of suggestions for comparisons.
    public static func suggestionRoutes(_ suggestions: Suggestions) -> [Route] {
        [
            .get(
                "/api/suggestions", access: .any,
                query: [
                    .optional(
                        "status", .choice(Suggestion.Status.allCases.map(\.rawValue)),
                        default: .string(Suggestion.Status.open.rawValue),
                        "`declined` lists only the caller's own, and for admins all."),
                    .optional(
                        "sort", .choice(Suggestions.Order.allCases.map(\.rawValue)),
                        default: .string(Suggestions.Order.votes.rawValue), "The order of open ones."),
                ] + .paging(default: 24, cap: 100),
                features: ["ARENA-11"], summary: "What members suggest for comparisons."
            ) { context in
                let status = context.text(query: "status").flatMap(Suggestion.Status.init) ?? .open
                let order = context.text(query: "sort").flatMap(Suggestions.Order.init) ?? .votes
                return try suggestions.list(status, order, context.pageRequest, for: context.caller.member?.id)
                    .map { SuggestionEntry(suggestion: $0) }
            },
            .post(
                "/api/suggestions", access: .member, body: CreateSuggestionInput.self,
                answers: [201: SuggestionEntry.schema], features: ["ARENA-11"],
                summary: "Suggests a prompt, and models for it, for a comparison."
            ) { context, input in
                let member = try context.member().id
                let id = try suggestions.create(
                    input.type.kind, prompt: input.prompt.trimmed, note: input.note?.trimmed ?? "",
                    models: input.models ?? [], by: member)
                guard let made = try suggestions.find(id, for: member) else { throw ArenaRefusal.suggestionNotFound }
                return Response.json(SuggestionEntry(suggestion: made), status: 201)
            }.afterTerms().acceptingForms(.backTo("/suggestions", saying: "suggestion-sent")),
            .post(
                "/api/suggestions/[id]/vote", access: .member, body: VoteSuggestionInput.self,
                features: ["ARENA-11"], summary: "Votes for a suggestion of another member, or takes the vote back."
            ) { context, input in
                SuggestionVotes(
                    votes: try suggestions.vote(
                        try context.uuid("id"), isCast: input.vote, by: try context.member().id),
                    hasVoted: input.vote)
            }.forPeopleOnly().acceptingForms(.backTo("/suggestions", saying: "suggestion-voted")),
            .patch(
                "/api/admin/suggestions/[id]", access: .admin, body: DeclineSuggestionInput.self,
                features: ["ARENA-11"],
                summary: "Declines a suggestion with a reason. `POST /api/comparisons` with `suggestionId` accepts one."
            ) { context, input in
                try suggestions.decline(
                    try context.uuid("id"), why: input.answer.trimmed, by: try context.member().id)
                return Done()
            }.acceptingForms(.backTo("/suggestions", saying: "suggestion-declined")),
        ]
    }
}

struct CreateSuggestionInput: InputShape {
    @Input("What the videos start from.") var type: ComparisonType
    @Input(.text(1...4_000, lines: .many), "What the videos show.") var prompt: String
    @Input(.text(0...500, lines: .many), "What the admins and other members should know.") var note: String?
    @Input(.array(.string(1...100), count: 0...9), "Models, by slug.") var models: [String]?
}

struct VoteSuggestionInput: InputShape {
    @Input("Whether the vote is cast; false takes it back.") var vote: Bool
}

struct DeclineSuggestionInput: InputShape {
    @Input(.text(1...500, lines: .many), "Why, for the author.") var answer: String
}

/// A suggestion in a list.
struct SuggestionEntry: ListItem, Shaped {
    static let listName = "suggestions"
    static let pageName = "SuggestionPage"
    let suggestion: Suggestion

    static let shape = Shape<SuggestionEntry>("Suggestion") {
        Field("id", \.suggestion.id)
        Field("author", \.suggestion.author, "The name of the member; null when none is chosen.")
        Field("isOwn", \.suggestion.isOwn, "Whether it is the caller's own.")
        Field("type", \.suggestion.kind.rawValue, .comparisonType, nil)
        Field("prompt", \.suggestion.prompt)
        Field("note", \.suggestion.note)
        Field("models", { $0.suggestion.models.map { TagReference(tag: $0) } }, "The models that the author names.")
        Field("status", \.suggestion.status.rawValue, .choice(Suggestion.Status.allCases.map(\.rawValue)), nil)
        Field("answer", \.suggestion.answer, "Why it was declined.")
        Field(
            "comparison", { $0.suggestion.comparison?.slug },
            "The slug of the comparison that was made of it, while that is public.")
        Field("votes", \.suggestion.votes)
        Field("hasVoted", \.suggestion.hasVoted, "Whether the caller votes for it.")
        Field("createdAt", \.suggestion.createdAt)
        Field("decidedAt", \.suggestion.decidedAt)
    }
}

/// The votes of a suggestion.
struct SuggestionVotes: Shaped {
    let votes: Int
    let hasVoted: Bool

    static let shape = Shape<SuggestionVotes>("SuggestionVotes") {
        Field("votes", \.votes)
        Field("hasVoted", \.hasVoted)
    }
}

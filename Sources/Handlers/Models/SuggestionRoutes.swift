public import Catalog
public import FoundationEssentials
public import HTTP
internal import Money
internal import SharedHandlers

extension ModelRoutes {
    /// The route by which the studio suggests models. `except` are providers that can take no request of this site.
    public static func suggestionRoutes(
        _ catalog: Catalog, hasPremium: @escaping @Sendable (UUID) throws -> Bool,
        except: @escaping @Sendable () throws -> Set<String>
    ) -> [Route] {
        [
            .get(
                "/api/pricing/suggestions", access: .member,
                query: [
                    .required("duration", seconds, "The seconds of the video."),
                    .optional("quality", .choice(Quality.allCases.map(\.rawValue)), default: "standard", "Quality."),
                    .optional(
                        "capability", .choice(ModelCapability.allCases.map(\.rawValue)), default: "text-to-video",
                        "What it starts from."),
                    .optional("budget", .integer(0...1_000_000_000), "Credits at most."),
                ], features: ["CAT-09"],
                summary: "The cheapest, the fastest and the best-rated model for a request, and why."
            ) { context in
                let member = try context.member().id
                let capability = context.text(query: "capability").flatMap(ModelCapability.init) ?? .textToVideo
                return ModelSuggestions(
                    suggestions: try catalog.suggestions(
                        duration: duration(context) ?? .zero,
                        quality: context.text(query: "quality").flatMap(Quality.init) ?? .standard,
                        capability: capability,
                        budget: context.integer(query: "budget"), hasPremium: try hasPremium(member),
                        except: try except(), tiers: try catalog.tiers(for: capability)))
            }
        ]
    }
}

extension ModelSuggestion.Kind: JSONRepresentable {
    /// One of the words.
    public static var schema: Schema { .choice(allCases.map(\.rawValue)) }
    /// The word.
    public var json: JSONValue { .string(rawValue) }
}

extension ModelSuggestion: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ModelSuggestion>("ModelSuggestion") {
        Field("kind", \.kind, "What it is best at.")
        Field("model", \.model.slug)
        Field("name", \.model.name)
        Field("credits", \.credits)
        Field("reason", \.reason, "Why, for people.")
    }
}

private struct ModelSuggestions: Shaped {
    let suggestions: [ModelSuggestion]

    static let shape = Shape<ModelSuggestions>("ModelSuggestions") {
        Field("suggestions", \.suggestions)
    }
}

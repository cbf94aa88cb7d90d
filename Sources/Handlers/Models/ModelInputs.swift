internal import Catalog
internal import HTTP
internal import Money

/// What admins send about a model. The facts go to the database as they came, after they were validated by these forms.
enum ModelInputs {
    private static let amount = Schema.string(
        1...10,
        pattern: Pattern(
            "^[0-9]{1,5}([.][0-9]{1,4})?$", explanation: "must be an amount in dollars with four decimals at most"
        ) { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            return Money(text) != nil && parts[0].count <= 5 && parts[0].first != "-"
                && (parts.count == 1 || parts[1].count <= 4)
        })
    private static let slug = Schema.string(
        1...80,
        pattern: Pattern(
            "^[a-z0-9][a-z0-9.-]*$", explanation: "may have lower-case letters, digits, dots and hyphens"
        ) { text in
            text.utf8.first.map(isWord) == true
                && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        })

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func structure(_ name: Pricing.Name, _ fields: [Schema.Field]) -> Schema {
        .object(
            [.required("structure", .choice([name.rawValue])), .required("isEstimated", .boolean)] + fields)
    }

    /// One of the four structures.
    static let pricing = Schema.oneOf([
        structure(.perSecond, [.required("perSecond", amount), .optional("perSecondWithAudio", amount)]),
        structure(
            .base,
            [.required("base", amount), .required("baseSeconds", .integer(1...999)), .required("extraSecond", amount)]),
        structure(.flat, [.required("flat", amount)]),
        structure(
            .tiers,
            [
                .required(
                    "tiers",
                    .array(
                        .object([
                            .required("shortSide", .integer(10...9_999)), .required("price", amount),
                            .required("unit", .choice(Pricing.Tier.Unit.allCases.map(\.rawValue))),
                        ]), count: 1...10))
            ]),
    ]).named("ModelPricingInput")

    private static let named: [Schema.Field] = [
        .optional("modelId", .text(1...200), "What the provider calls it; else the slug."),
        .optional("description", .text(0...1_000, lines: .many)),
        .optional("version", .text(1...80)),
        .optional("endpoint", .text(1...300)),
        .optional(
            "family", slug,
            "The name that rows of one model at several providers share; a run moves between them when a provider does not work."
        ),
        .optional("category", .choice(ModelCategory.allCases.map(\.rawValue))),
        .optional("capabilities", .array(.choice(ModelCapability.allCases.map(\.rawValue)), count: 0...2)),
        .optional("tags", .array(.text(1...40), count: 0...20)),
        .optional("durations", .array(.integer(1...600), count: 0...60), "Seconds; empty for any."),
        .optional("fixedDuration", .integer(1...600)),
        .optional("maxDuration", .number(0.001...600)),
        .optional("fps", .integer(1...120), "By which requests in frames are counted."),
        .optional(
            "timeoutSeconds", .integer(10...86_400),
            "How long a request may take at the provider; null for as long as the site allows."),
        .optional("qualities", .array(.choice(Quality.allCases.map(\.rawValue)), count: 1...3)),
        .optional("aspectRatios", .array(.text(1...20), count: 0...20)),
        .optional("parameters", .openObject([]), "The JSON Schema of what a run may set besides."),
        .optional("defaultParameters", .openObject([])),
        .optional("requirements", .text(0...500, lines: .many)),
        .optional("costPerSecond", amount, "By which costs are counted when there is no pricing."),
        .optional("pricing", pricing),
        .optional("isPremium", .boolean),
    ]
    private static let states: [Schema.Field] = [
        .optional("isActive", .boolean), .optional("isDeprecated", .boolean),
    ]

    /// A new model.
    static let new = Schema.object(
        [
            .required("slug", slug), .required("name", .text(1...100)), .required("maker", .text(1...80)),
            .required("provider", .string(1...40)),
        ] + named + states
    ).named("NewModel")

    /// Changes of a model; what is missing stays.
    static let changes = Schema.object(
        [
            .optional("slug", slug), .optional("name", .text(1...100)), .optional("maker", .text(1...80)),
            .optional("provider", .string(1...40)),
        ] + named + states + [
            .optional("isDefault", .boolean, "True makes it the default in place of the one before.")
        ]
    ).named("ModelChanges")

    private static let preset = Schema.object([
        .required("name", .text(1...80)), .required("prompt", .text(0...4_000, lines: .many)),
        .optional("negativePrompt", .text(0...4_000, lines: .many)), .optional("parameters", .openObject([])),
    ])

    /// A pack of models.
    static let pack = Schema.object([
        .required("format", .choice(["dailies-catalog"])), .required("version", .integer(1...1)),
        .optional("exportedAt", .dateTime),
        .optional(
            "signature",
            .object([
                .required("algorithm", .choice(["ed25519"])),
                .required("key", .string(1...100), "The public key, base64."),
                .required("value", .string(1...200), "The signature, base64."),
            ]), "Of the pack without this member, its members sorted by name and nothing between its tokens."),
        .required(
            "models",
            .array(
                Schema.object(
                    [
                        .required("slug", slug), .required("name", .text(1...100)), .required("maker", .text(1...80)),
                        .required("provider", .string(1...40)),
                    ] + named + [.optional("presets", .array(preset, count: 0...50))]
                ).named("PackedModel"), count: 0...500)),
    ]).named("CatalogPack")

    /// The facts that a model may lack.
    private static let nullable: Set = [
        "version", "endpoint", "family", "category", "fixedDuration", "maxDuration", "fps", "timeoutSeconds",
        "costPerSecond", "pricing",
    ]

    /// The facts without those that are null and must not be, and with what follows from others.
    static func completed(_ model: JSONValue) -> JSONValue {
        guard case .object(var members) = model else { return model }
        if members["modelId"] ?? .null == .null { members["modelId"] = members["slug"] }
        return .object(members.filter { $0.value != .null || nullable.contains($0.key) })
    }

    /// A pack whose models are complete.
    static func completed(pack: JSONValue) -> JSONValue {
        guard case .object(var members) = pack, case .array(let models)? = members["models"] else { return pack }
        members["models"] = .array(models.map(completed(_:)))
        return .object(members)
    }
}

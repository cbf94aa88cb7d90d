public import Film
internal import FoundationEssentials
public import HTTP

extension AdminRoutes {
    /// The routes by which admins turn features on and off.
    public static func flagRoutes(_ flags: FeatureFlags) -> [Route] {
        [
            .get(
                "/api/admin/feature-flags", access: .admin, limit: .api,
                answers: [200: .object([.required("flags", .array(.featureFlag))]).named("FeatureFlags")],
                features: ["FLAG-01"], summary: "Every feature flag, by category."
            ) { _ in
                try .json(["flags": try flags.all().map(FlagAnswer.init)])
            },
            .post(
                "/api/admin/feature-flags", access: .admin, body: FlagInput.self, answers: [200: .featureFlag],
                features: ["FLAG-01"],
                summary: "Turns a feature on or off, for all or for a share of the members, in every process at once."
            ) { context, input in
                let admin = try context.member()
                guard input.enabled != nil || input.rolloutPercent != nil else {
                    throw Problem.invalid("enabled", "required", "Name “enabled”, “rolloutPercent” or both.")
                }
                let flag = try film {
                    try flags.set(
                        input.key, isEnabled: input.enabled, rolloutPercent: input.rolloutPercent, by: admin.id)
                }
                return try .json(FlagAnswer(flag))
            },
        ]
    }
}

private struct FlagInput: Decodable, Schematic {
    let key: String
    let enabled: Bool?
    let rolloutPercent: Int?

    static let schema = Schema.object([
        .required("key", .string(1...80)),
        .optional("enabled", .boolean),
        .optional(
            "rolloutPercent", .integer(0...100), "For how many of a hundred members it is on; 100 for everybody."),
    ])
}

private struct FlagAnswer: Encodable {

    let key: String
    let name: String
    let description: String
    let category: String
    let enabled: Bool
    let rolloutPercent: Int
    let hasRollout: Bool
    @OrNull var updatedAt: Date?
    @OrNull var updatedBy: String?

    init(_ flag: FeatureFlag) {
        key = flag.key
        name = flag.name
        description = flag.description
        category = flag.category
        enabled = flag.isEnabled
        rolloutPercent = flag.rolloutPercent ?? 100
        hasRollout = flag.hasRollout
        updatedAt = flag.updatedAt
        updatedBy = flag.updatedByName
    }
}

extension Schema {
    fileprivate static let featureFlag = Schema.object([
        .required("key", .string()),
        .required("name", .string()),
        .required("description", .string()),
        .required("category", .string()),
        .required("enabled", .boolean),
        .required("rolloutPercent", .integer(0...100), "For how many of a hundred members it is on."),
        .required("hasRollout", .boolean, "Whether it can be on for a share of the members."),
        .required("updatedAt", .dateTime.nullable, "Null while it stands as it was installed."),
        .required("updatedBy", .string().nullable, "The admin who changed it last; null for the operator."),
    ]).named("FeatureFlag")
}

public import Flags
internal import FoundationEssentials
public import HTTP
internal import SharedHandlers

extension AdminRoutes {
    /// The routes by which admins turn features on and off.
    public static func flagRoutes(_ flags: FeatureFlags) -> [Route] {
        [
            .get(
                "/api/admin/feature-flags", access: .admin, limit: .api, features: ["FLAG-01"],
                summary: "Every feature flag, by category."
            ) { _ in
                FeatureFlagList(flags: try flags.all())
            },
            .post(
                "/api/admin/feature-flags", access: .admin, body: FeatureFlagInput.self,
                features: ["FLAG-01"],
                summary: "Turns a feature on or off, for all or for a share of the members, in every process at once."
            ) { context, input in
                let admin = try context.member()
                guard input.enabled != nil || input.rolloutPercent != nil else {
                    throw Problem.invalid("enabled", "required", "Name “enabled”, “rolloutPercent” or both.")
                }
                return try flags.set(
                    input.key, isEnabled: input.enabled, rolloutPercent: input.rolloutPercent, by: admin.id)
            },
        ]
    }
}

private struct FeatureFlagInput: InputShape {
    @Input(.string(1...80)) var key: String
    @Input var enabled: Bool?
    @Input(.integer(0...100), "For how many of a hundred members it is on; 100 for everyone.") var rolloutPercent: Int?
}

private struct FeatureFlagList: Shaped {
    let flags: [FeatureFlag]

    static let shape = Shape<FeatureFlagList>("FeatureFlags") {
        Field("flags", \.flags)
    }
}

extension FeatureFlag: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<FeatureFlag>("FeatureFlag") {
        Field("key", \.key)
        Field("name", \.name)
        Field("description", \.description)
        Field("category", \.category)
        Field("enabled", \.isEnabled)
        Field(
            "rolloutPercent", { $0.rolloutPercent ?? 100 }, .integer(0...100),
            "For how many of a hundred members it is on.")
        Field("hasRollout", \.hasRollout, "Whether it can be on for a share of the members.")
        Field("updatedAt", \.updatedAt, "Null while it is as it was installed.")
        Field("updatedBy", \.updatedByName, "The admin who changed it last; null for the operator.")
    }
}

package import Configuration
package import Money
internal import Text

/// The keys of the providers that run models, and how costs become credits.
package struct CatalogSettings: SettingGroup {
    package static let title = "Models and credits"

    package let falKey = Setting(
        optional: "FAL_KEY", .text, secret: true, aliases: ["FAL_API_KEY"],
        "The key of fal.ai; without it the models of fal.ai are listed as unavailable.")
    package let runwayKey = Setting(
        optional: "RUNWAY_API_KEY", .text, secret: true,
        "The key of Runway; without it Runway's models are listed as unavailable.")
    package let replicateToken = Setting(
        optional: "REPLICATE_API_TOKEN", .text, secret: true,
        "The token of Replicate; without it the models of Replicate are listed as unavailable.")
    package let runPodKey = Setting(
        optional: "RUNPOD_API_KEY", .text, secret: true,
        "The key of RunPod; without it the models of RunPod are listed as unavailable.")

    package let firstDefault = Setting(
        optional: "DEFAULT_MODEL", .text("slug or id"), aliases: ["PROVIDER_NAME"],
        "The default model of a new database, set when `dailies migrate` makes the catalog. Later, admins choose it at `/admin/models`."
    )
    package let trustedKeys = Setting(
        "CATALOG_TRUSTED_KEYS", default: "", .packKeys,
        "The public keys (Ed25519) whose packs of models are applied without a question, each with the name of its owner."
    )
    package let signingKey = Setting(
        optional: "CATALOG_SIGNING_KEY", .packSeed, secret: true,
        "The private key (Ed25519) by which this site signs packs of models; `dailies catalog key` prints the public one."
    )

    package let creditsPerDollar = Setting(
        "CREDITS_PER_DOLLAR", default: 100, in: 1...100_000, unit: "credits", "How many credits a dollar is.")
    package let qualityMultipliers = Setting(
        "QUALITY_MULTIPLIERS", default: "standard=1,high=1.5,ultra=2", .qualityMultipliers,
        "By what a cost is multiplied for each quality before it becomes credits.")
    package let monthlyCredits = Setting(
        "MONTHLY_CREDITS", default: 1_000, in: 0...100_000_000, unit: "credits",
        "How many credits each member gets on the first of a month, UTC; what is left then lapses.")

    package init() {}
}

extension Settings {
    /// The keys of the providers that run models, and how costs become credits.
    package var catalog: SettingValues<CatalogSettings> { self[CatalogSettings.self] }
}

extension SettingValues<CatalogSettings> {
    /// How costs become credits.
    package var rate: CreditRate {
        CreditRate(perDollar: self.creditsPerDollar, multipliers: self.qualityMultipliers)
    }

    /// The keys of packs.
    package var packKeys: PackKeys { PackKeys(trusted: self.trustedKeys, seed: self.signingKey) }

    /// Which providers can be used.
    package var credentials: ProviderCredentials {
        let keys = [
            "FAL_KEY": self.falKey, "RUNWAY_API_KEY": self.runwayKey, "REPLICATE_API_TOKEN": self.replicateToken,
            "RUNPOD_API_KEY": self.runPodKey,
        ]
        return ProviderCredentials(settings: Set(keys.filter { $0.value?.isEmpty == false }.keys))
    }
}

extension ValueFormat<[Quality: Int]> {
    fileprivate static var qualityMultipliers: Self {
        ValueFormat("quality=number, comma-separated") { text throws(FormatFault) in
            var multipliers: [Quality: Int] = [:]
            for pair in text.split(separator: ",") {
                let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
                guard parts.count == 2, let quality = Quality(rawValue: String(parts[0])), let factor = Money(parts[1]),
                    factor.tenThousandths % 100 == 0, (100...1_000_000).contains(factor.tenThousandths)
                else {
                    throw FormatFault(
                        "must be like standard=1,high=1.5,ultra=2, with two decimals at most", not: text)
                }
                multipliers[quality] = Int(factor.tenThousandths / 100)
            }
            return multipliers
        }
    }
}

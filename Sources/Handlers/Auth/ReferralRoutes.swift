internal import FoundationEssentials
public import HTTP
internal import Identity
public import People
internal import SharedHandlers
internal import SignIn

extension AuthRoutes {
    /// The feature flag of invitations.
    static let referralFlag = "referral_system"

    /// The routes of invitations. `siteURL` is the beginning of their links.
    public static func referralRoutes(_ referrals: Referrals, siteURL: String) -> [Route] {
        [
            .get(
                "/api/referral", access: .member, limit: .api, flag: referralFlag, features: ["SOC-02"],
                summary: "Your invitation code and link, how many newcomers counted, and the next tier."
            ) { context in
                ReferralState(
                    standing: try referrals.standing(of: try context.member().id), siteURL: siteURL)
            },
            Route.post(
                "/api/referral", access: .member, flag: referralFlag, body: ReferralInput.self, features: ["SOC-02"],
                summary: "Accepts an invitation, within 30 days of joining. Said again, it changes nothing."
            ) { context, input in
                try referrals.accept(input.code, by: try context.member().id)
                return Done()
            }
            .forPeopleOnly().acceptingForms(.backTo("/join/[code]", thenNext: ReturnPath.checked)),
        ]
    }
}

private struct ReferralInput: InputShape {
    @Input(.string(1...64), "The code at the end of the invitation's link.") var code: String
}

private struct ReferralState: Shaped {
    let standing: ReferralStanding
    let siteURL: String

    static let shape = Shape<ReferralState>("Referral") {
        Field("code", \.standing.code)
        Field("link", { "\($0.siteURL)/join/\($0.standing.code)" })
        Field("counted", \.standing.counted, "Newcomers who voted on two days within 30 days.")
        Field("waiting", \.standing.waiting, "Newcomers who have joined and may still count.")
        Field("xp", \.standing.earned, "What the reached tiers have paid.")
        Field("canJoin", \.standing.canJoin, "Whether you may still accept an invitation.")
        Field(
            "tiers",
            { state in
                state.standing.tiers.map { ReferralTierState(tier: $0, counted: state.standing.counted) }
            })
        Field(
            "next",
            { state in
                state.standing.next.map { ReferralTierState(tier: $0, counted: state.standing.counted) }
            }, "The tier to reach next; null after the last one.")
    }
}

private struct ReferralTierState: Shaped {
    let tier: ReferralTier
    let counted: Int

    static let shape = Shape<ReferralTierState>("ReferralTier") {
        Field("key", \.tier.key)
        Field("name", \.tier.name)
        Field("needed", \.tier.needed, "How many newcomers must count.")
        Field("xp", \.tier.xp, "What it pays, once.")
        Field("isReached", { $0.counted >= $0.tier.needed })
        Field("missing", { max(0, $0.tier.needed - $0.counted) }, "How many newcomers are missing.")
    }
}

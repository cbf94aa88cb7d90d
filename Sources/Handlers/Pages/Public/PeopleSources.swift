public import Film
internal import FoundationEssentials
public import HTTP
public import People
internal import Postgres

/// What the pages of people read.
public struct PeopleSources: Sendable {
    /// The member whom a name means, with a page of the member's clips. Throws what `Profiles.find` throws.
    let person: @Sendable (String, PersonQuery) throws -> PersonView
    /// The names of the creators among a share of all ids, for the sitemap.
    let creators: @Sendable (IDShare) throws -> [String]
    /// How many people have sent in their first clip lately.
    let newCreators: @Sendable () throws -> Int
    /// The invitation that a code names, as the caller sees it; nil when there is none.
    let invitation: @Sendable (String, Context) throws -> InvitationView?
    /// The caller's own invitations; nil while they are switched off.
    let invitations: @Sendable (Context) throws -> ReferralStanding?
    /// A page of those whom the member follows, or who follow the member.
    let follows: @Sendable (Context) throws -> FollowsView

    init(
        person: @escaping @Sendable (String, PersonQuery) throws -> PersonView = { _, _ in throw Problem.notFound() },
        creators: @escaping @Sendable (IDShare) throws -> [String] = { _ in [] },
        newCreators: @escaping @Sendable () throws -> Int = { 0 },
        invitation: @escaping @Sendable (String, Context) throws -> InvitationView? = { _, _ in nil },
        invitations: @escaping @Sendable (Context) throws -> ReferralStanding? = { _ in nil },
        follows: @escaping @Sendable (Context) throws -> FollowsView = { _ in FollowsView() }
    ) {
        self.person = person
        self.creators = creators
        self.newCreators = newCreators
        self.invitation = invitation
        self.invitations = invitations
        self.follows = follows
    }

    /// Reads the people of a site. `invites` says whether invitations are on for a caller.
    public init(
        _ profiles: Profiles, _ follows: Follows, _ referrals: Referrals, clips: Clips,
        invites: @escaping @Sendable (Context) throws -> Bool
    ) {
        self.init(
            person: { try PersonView(profiles, clips, $0, $1) },
            creators: { share in
                guard let bounds = share.bounds else { return [] }
                return try profiles.creators(from: bounds.first, through: bounds.last)
            },
            newCreators: { try profiles.newCreators() },
            invitation: { code, context in
                guard try invites(context), let inviter = try referrals.inviter(by: code) else { return nil }
                return InvitationView(
                    inviter, code: code,
                    standing: try context.caller.member.map { try referrals.standing(of: $0.id) },
                    member: context.caller.member?.id)
            },
            invitations: { context in
                try invites(context) ? try referrals.standing(of: try context.member().id) : nil
            },
            follows: { try FollowsView(follows, $0) })
    }
}

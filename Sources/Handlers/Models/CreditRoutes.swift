public import Credits
internal import FoundationEssentials
public import HTTP
internal import Postgres
public import SharedHandlers

extension ModelRoutes {
    /// The routes about the credits of members.
    public static func creditRoutes(_ credits: Credits) -> [Route] {
        [
            .get(
                "/api/credits", access: .member, query: .paging(default: 20), features: ["PRICE-03", "PRICE-05"],
                summary: "The member's credits, and the ledger from the newest entry."
            ) { context in
                let member = try context.member().id
                // First, since the first look in a month adds the allotment to the ledger.
                let balance = try credits.balance(of: member)
                return OwnCredits(
                    balance: balance, monthly: credits.monthly,
                    entries: try credits.ledger(of: member, context.pageRequest, for: member))
            },
            .post(
                "/api/admin/users/[id]/credits", access: .admin, limit: .adminSensitive, body: GrantInput.self,
                features: ["PRICE-05"],
                summary:
                    "Grants credits to a member, or takes some back with a negative amount. `Idempotency-Key` makes a repeated request harmless."
            ) { context, input in
                guard input.amount != 0 else {
                    throw Problem.invalid("amount", "range", "The amount must not be 0.")
                }
                let balance = try credits.grant(
                    input.amount, to: try context.uuid("id"), reason: input.reason, by: try context.member().id,
                    key: try context.idempotencyKey())
                return GrantedCredits(balance: balance)
            },
        ]
    }
}

private struct GrantInput: InputShape {
    @Input(.integer(-1_000_000...1_000_000)) var amount: Int
    @Input(.text(1...500), "What the member and the audit log read.") var reason: String
}

private struct GrantedCredits: Shaped {
    let balance: Int

    static let shape = Shape<GrantedCredits>("GrantedCredits") {
        Field("success", { _ in true })
        Field("balance", \.balance, "The balance after it.")
    }
}

private struct OwnCredits: Shaped {
    let balance: CreditBalance
    let monthly: Int
    let entries: Page<CreditEntry>

    static let shape = Shape<OwnCredits>("OwnCredits") {
        Field("balance", \.balance.balance, "What can be spent.")
        Field("allotment", \.balance.allotment, "What is left of the month's allotment.")
        Field("granted", \.balance.granted, "What is left of grants.")
        Field("reserved", \.balance.reserved, "Set aside for runs that have not ended; not part of the balance.")
        Field("monthly", \.monthly, "What each month begins with.")
        Field("renewsAt", \.balance.renewsAt)
        Including(page: \.entries)
    }
}

extension CreditEntryKind: JSONRepresentable {}

extension CreditEntry: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "entries"
    /// The name of a page.
    public static let pageName = "CreditEntries"

    /// Its form in JSON.
    public static let shape = Shape<CreditEntry>("CreditEntry") {
        Field("id", \.id)
        Field("happenedAt", \.happenedAt)
        Field("kind", \.kind)
        Field("amount", \.amount, "By how much the balance changed.")
        Field("balance", \.balance, "The balance after it.")
        Field("reference", \.reference, "The run; null unless the entry is of one.")
        Field("reason", \.reason)
    }
}

public import Credits
internal import FoundationEssentials
internal import HTML
public import Postgres

/// A member's credits, as the member's own pages show them.
public struct CreditsView: Sendable {
    struct Entry: Sendable {
        let at: Date
        let words: String
        let amount: Int
        let balance: Int
    }

    let balance: Int
    let allotment: Int
    let granted: Int
    let reserved: Int
    let monthly: Int
    let renewsAt: Date
    let entries: [Entry]
    let hasMore: Bool
}

extension CreditsView {
    /// Credits with the newest entries of the ledger.
    public init(_ balance: CreditBalance, monthly: Int, ledger: Postgres.Page<CreditEntry>) {
        self.balance = balance.balance
        allotment = balance.allotment
        granted = balance.granted
        reserved = balance.reserved
        self.monthly = monthly
        renewsAt = balance.renewsAt
        entries = ledger.items.map { entry in
            Entry(
                at: entry.happenedAt, words: Self.words(entry), amount: entry.amount, balance: entry.balance)
        }
        hasMore = ledger.nextCursor != nil
    }

    /// The words of an entry. `settings/credits.js` has the same.
    private static func words(_ entry: CreditEntry) -> String {
        switch entry.kind {
        case .allotment: "Monthly credits"
        case .lapse: "Unused monthly credits expired"
        case .grant:
            (entry.amount > 0 ? "From an admin" : "Taken back by an admin") + (entry.reason.map { ": \($0)" } ?? "")
        case .reserve: "Reserved for a run"
        case .settle: "Run finished"
        case .release: "Run did not happen, credits are back"
        }
    }
}

extension Site {
    /// The balance and the newest entries of the ledger; the module loads older ones.
    func creditsSection(_ credits: CreditsView) -> HTML {
        let rows: [HTML] = credits.entries.map { entry in
            """
            <tr><td>\(entry.words)</td><td class="r num" data-label="Credits">\(entry.amount > 0 ? "+" : "")\(Formatting.count(entry.amount))</td>\
            <td class="r num" data-label="Balance">\(Formatting.count(entry.balance))</td>\
            <td class="r num" data-label="On"><time datetime="\(Formatting.machine(entry.at))">\(Formatting.day(entry.at))</time></td></tr>
            """
        }
        let parts = [
            "\(Formatting.count(credits.allotment)) of \(Formatting.count(credits.monthly)) monthly",
            credits.granted > 0 ? "\(Formatting.count(credits.granted)) granted" : nil,
            credits.reserved > 0 ? "\(Formatting.count(credits.reserved)) more reserved for runs" : nil,
        ].compactMap(\.self)
        return """
            <p><b class="credits__sum num" data-credits>\(Formatting.count(credits.balance))</b> credits \
            <span class="quiet">\(parts.joined(separator: ", "))</span></p>\
            <p class="quiet">\(Formatting.count(credits.monthly)) new credits come on \(Formatting.day(credits.renewsAt)). \
            Unused monthly credits expire then; granted ones stay.</p>\
            \(HTML.when(!rows.isEmpty, """
            <div class="scroll-x" tabindex="0" role="region" aria-label="Credit history"><table class="table" data-ledger>\
            <caption class="visually-hidden">Credit history</caption>\
            <thead><tr><th scope="col">What</th><th scope="col" class="r">Credits</th><th scope="col" class="r">Balance</th>\
            <th scope="col" class="r">On</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """))\
            \(HTML.when(credits.hasMore, "<div class=\"row with-js\"><button class=\"btn btn--sm\" type=\"button\" data-more-credits>Show older</button></div>"))
            """
    }
}

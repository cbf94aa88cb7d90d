public import Catalog
internal import FoundationEssentials
public import Generation
public import HTTP
internal import Money
internal import Postgres
public import SharedHandlers
internal import Text

extension ModelRoutes {
    /// The routes about what runs cost.
    public static func costRoutes(_ catalog: Catalog, _ costs: Costs) -> [Route] {
        [summary(catalog, costs), export(costs), runs(costs), enter(costs)]
    }

    private static let group = QueryParameter.optional(
        "group", .choice(Costs.Group.allCases.map(\.rawValue)), default: "provider", "By what costs are summed up.")
    private static let period: [QueryParameter] = [
        .optional("from", .dateTime, "Only runs requested from this moment on."),
        .optional("to", .dateTime, "Only runs requested before this moment."),
    ]

    private static func summary(_ catalog: Catalog, _ costs: Costs) -> Route {
        .get(
            "/api/admin/costs", access: .admin, limit: .api,
            query: [group] + period, features: ["CAT-11"],
            summary: "What runs cost, by provider, model, member or month."
        ) { context in
            let admin = try context.member().id
            let group = context.text(query: "group").flatMap(Costs.Group.init) ?? .provider
            let (from, to) = (moment("from", context), moment("to", context))
            return CostReport(
                total: try costs.total(from: from, to: to, for: admin),
                rows: try costs.summed(by: group, from: from, to: to, for: admin),
                cheaper: group == .model ? try catalog.cheaperModels() : [])
        }
    }

    private static func export(_ costs: Costs) -> Route {
        .get(
            "/api/admin/costs/export", access: .admin, limit: .api, query: [group] + period, answers: [200: nil],
            features: ["CAT-11"], summary: "The same as a file of comma-separated values."
        ) { context in
            let group = context.text(query: "group").flatMap(Costs.Group.init) ?? .provider
            let rows = try costs.summed(
                by: group, from: moment("from", context), to: moment("to", context), for: try context.member().id)
            return csv(rows, group).response(named: "costs-\(group.rawValue).csv")
        }
    }

    private static func moment(_ name: String, _ context: Context) -> Date? {
        context.text(query: name).flatMap { Date(rfc3339: $0) }
    }

    private static func csv(_ rows: [CostRow], _ group: Costs.Group) -> CSV {
        CSV(
            head: [
                group.rawValue, "runs", "videos", "failed", "cancelled", "spent_usd", "under_way_usd", "failed_usd",
                "cancelled_usd", "seconds", "usd_per_second", "votes", "usd_per_vote", "slots_won", "usd_per_slot_won",
            ],
            rows: rows.map { row in
                [
                    CSV.text(row.label), "\(row.runs)", "\(row.completed)", "\(row.failed)", "\(row.cancelled)",
                    row.spent.description, row.reserved.description, row.failedCost.description,
                    row.cancelledCost.description, "\(Double(row.videoMs) / 1_000)",
                    row.perSecond?.description ?? "", "\(row.votes)", row.perVote?.description ?? "",
                    "\(row.slotsWon)", row.perSlotWon?.description ?? "",
                ]
            })
    }

    private static func runs(_ costs: Costs) -> Route {
        .get(
            "/api/admin/costs/runs", access: .admin, limit: .api, query: .paging() + period,
            features: ["CAT-11", "PRICE-04"],
            summary: "The runs from the newest, with what each cost."
        ) { context in
            try costs.runs(
                from: moment("from", context), to: moment("to", context), context.pageRequest,
                for: try context.member().id)
        }
    }

    private static func enter(_ costs: Costs) -> Route {
        .patch(
            "/api/videos/[id]", access: .admin, body: VideoCostInput.self, features: ["PRICE-04"],
            summary: "Enters what a video cost, in place of what was computed."
        ) { context, input in
            guard let cost = Money(input.cost), cost >= .zero, cost <= Money(tenThousandths: 1_000_000_000) else {
                throw Problem.invalid("cost", "range", "Enter an amount in dollars, such as 0.35.")
            }
            try costs.enter(
                cost, for: try context.uuid("id"), run: input.run, reason: input.reason, by: try context.member().id)
            return EnteredCost(cost: cost)
        }
    }
}

private struct VideoCostInput: InputShape {
    @Input(.string(1...12), "Dollars, as decimal text.") var cost: String
    @Input(.integer(1...1_000), "The run; without it the latest.") var run: Int?
    @Input(.text(0...500), "What the audit log says.") var reason: String?
}

private struct EnteredCost: Shaped {
    let cost: Money

    static let shape = Shape<EnteredCost>("EnteredCost") {
        Field("success", { _ in true })
        Field("costUSD", \.cost)
    }
}

extension CostRow: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CostRow>("CostRow") {
        Field("key", \.key)
        Field("label", \.label)
        Field("runs", \.runs)
        Field("videos", \.completed)
        Field("failed", \.failed)
        Field("cancelled", \.cancelled)
        Field("spentUSD", \.spent, "What the runs that have ended cost.")
        Field("underWayUSD", \.reserved, "What those that are under way will cost at most.")
        Field("failedUSD", \.failedCost, "What failed runs cost.")
        Field("cancelledUSD", \.cancelledCost, "What stopped runs cost.")
        Field("seconds", { Double($0.videoMs) / 1_000 }, "Seconds of finished videos.")
        Field("perSecondUSD", \.perSecond)
        Field("votes", \.votes, "Votes for the clips that the videos became.")
        Field("perVoteUSD", \.perVote)
        Field("slotsWon", \.slotsWon)
        Field("perSlotWonUSD", \.perSlotWon)
    }
}

extension CheaperModels.Other: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CheaperModels.Other>("CheaperModel") {
        Field("slug", \.model.slug)
        Field("name", \.model.name)
        Field("costUSD", \.cost)
        Field("isRatedNoWorse", \.isRatedNoWorse, "Null where one of the two models has no tier.")
    }
}

extension CheaperModels: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CheaperModels>("CheaperModels") {
        Field("slug", \.model.slug)
        Field("name", \.model.name)
        Field("costUSD", \.cost, "Of its usual run.")
        Field("cheaper", \.others, "Models that make the same for less and are not rated worse.")
    }
}

private struct CostReport: Shaped {
    let total: CostRow
    let rows: [CostRow]
    let cheaper: [CheaperModels]

    static let shape = Shape<CostReport>("CostReport") {
        Field("total", \.total)
        Field("rows", \.rows)
        Field("cheaperModels", \.cheaper, "Only with the group `model`.")
    }
}

extension CostedRun: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "runs"
    /// The name of a page.
    public static let pageName = "CostedRuns"

    /// Its form in JSON.
    public static let shape = Shape<CostedRun>("CostedRun") {
        Field("videoID", \.videoID)
        Field("run", \.run)
        Field("requestedAt", \.requestedAt)
        Field("provider", \.provider)
        Field("modelName", \.modelName)
        Field("username", \.username, "Null for a former member.")
        Field("outcome", \.outcome, "completed, failed or cancelled; null while it is under way.")
        Field("expectedUSD", \.expected)
        Field("costUSD", \.cost, "Null while it is under way.")
        Field("isEntered", \.isEntered, "Whether an admin entered the cost.")
        Field("seconds", { $0.videoMs.map { Double($0) / 1_000 } })
    }
}

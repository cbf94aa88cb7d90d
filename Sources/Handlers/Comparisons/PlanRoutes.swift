public import Comparisons
public import FoundationEssentials
public import HTTP
internal import Money
internal import Postgres
internal import SharedHandlers

extension ComparisonRoutes {
    /// The routes of comparisons that are made later: the import of files, and what waits to be made.
    public static func planRoutes(
        _ comparisons: Comparisons, hasPremium: @escaping @Sendable (UUID) throws -> Bool
    ) -> [Route] {
        [
            Route(
                .post, "/api/admin/comparisons/import", access: .admin, limit: .api, bodyLimit: 1_048_576,
                body: .raw(["text/csv"]),
                query: [
                    .optional("apply", .boolean, default: false, "Plans the comparisons; else nothing changes."),
                    .optional(
                        "skipWrong", .boolean, default: false,
                        "Leaves out the lines that are wrong; else one of them refuses the file."),
                ],
                answers: [200: ImportAnswer.schema], features: ["ARENA-10"],
                summary: "What would become of each line of a CSV file of comparisons, or plans them."
            ) { context, _ in
                let admin = try context.member().id
                let premium = try hasPremium(admin)
                let found =
                    context.bool(query: "apply") == true
                    ? try comparisons.import(
                        csv: context.request.body, skippingWrong: context.bool(query: "skipWrong") == true,
                        hasPremium: premium, by: admin)
                    : try comparisons.read(csv: context.request.body, hasPremium: premium, for: admin)
                return Response.json(ImportAnswer(found: found))
            }.afterTerms(),
            .get(
                "/api/admin/plans", access: .admin, limit: .api,
                query: [
                    .optional(
                        "state", .choice(ComparisonPlan.State.allCases.map(\.rawValue)), "Only plans in this state.")
                ] + .paging(default: 50, cap: 200),
                features: ["ARENA-10"], summary: "Comparisons that are to be made, or were, from the newest."
            ) { context in
                let state = context.text(query: "state").flatMap(ComparisonPlan.State.init)
                let (page, counts) = try comparisons.plans(state, context.pageRequest, for: try context.member().id)
                return PlanList(page: page, counts: counts)
            },
            .patch(
                "/api/admin/plans", access: .admin, bodyLimit: 1_048_576, body: ChangePlansInput.self,
                features: ["ARENA-10"], summary: "Cancels plans that wait, or lets those that failed wait again."
            ) { context, input in
                let act: PlanAct = input.action == .cancel ? .cancel : .retry
                return ComparisonsChanged(
                    ids: try comparisons.change(plans: input.ids, act, by: try context.member().id))
            },
        ]
    }
}

struct ChangePlansInput: InputShape {
    enum Action: String, InputValue, CaseIterable {
        case cancel, retry
    }

    @Input(.array(.uuid, count: 1...200)) var ids: [UUID]
    @Input var action: Action
}

/// What became of a file, or would.
struct ImportAnswer: Shaped {
    let found: ComparisonImport

    static let shape = Shape<ImportAnswer>("ComparisonImport") {
        Field("isApplied", \.found.isApplied, "Whether the right lines are planned now.")
        Field("right", \.found.right, "How many lines are right.")
        Field("wrong", \.found.wrong)
        Field("credits", \.found.credits, "What the videos of the right lines would reserve.")
        Field("costUSD", \.found.expected.description, "What the providers are expected to take, as decimal text.")
        Field("lines", { $0.found.lines.map { ImportedLineForm(line: $0) } }, "Every line but the first, in order.")
    }
}

/// A line of a file.
struct ImportedLineForm: Shaped {
    let line: ImportedLine

    static let shape = Shape<ImportedLineForm>("ImportedLine") {
        Field("line", \.line.number, "Its number in the file, from 1.")
        Field("title", \.line.title)
        Field("isRight", { $0.line.fault == nil })
        Field("column", \.line.column, "The column that is wrong; null when it is the line as a whole.")
        Field("fault", \.line.fault, "What is wrong; null when nothing is.")
        Field("note", \.line.note, "What to know of a line that is right, such as another one with the same prompt.")
        Field("credits", \.line.credits)
        Field("makeAt", \.line.dueAt, "When it is made; null for at once.")
    }
}

/// A plan in a list.
struct PlanEntry: ListItem, Shaped {
    static let listName = "plans"
    static let pageName = "PlanPage"
    let plan: ComparisonPlan

    static let shape = Shape<PlanEntry>("ComparisonPlan") {
        Field("id", \.plan.id)
        Field("line", \.plan.line, "The line of the imported file; null for other plans.")
        Field("title", \.plan.title)
        Field("dueAt", \.plan.dueAt, "When it is made, or since when that is due.")
        Field("state", \.plan.state.rawValue, .choice(ComparisonPlan.State.allCases.map(\.rawValue)), nil)
        Field("comparisonID", \.plan.comparison, "What was made of it, while that exists.")
        Field("fault", \.plan.fault, "Why it could not be made.")
        Field("createdAt", \.plan.createdAt)
    }
}

/// A page of plans.
struct PlanList: Shaped {
    let page: Page<ComparisonPlan>
    let counts: [String: Int]

    static let shape = Shape<PlanList>("PlanList") {
        Including(page: { $0.page.map { PlanEntry(plan: $0) } })
        Field("counts", \.counts, "How many plans are in each state.")
    }
}

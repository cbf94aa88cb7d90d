internal import FoundationEssentials
public import Generation
public import HTTP
internal import Postgres
public import SharedHandlers
internal import Text

extension JobList: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<JobList>("JobList") {
        Including(page: \.jobs)
        Including(\.overview)
    }
}

extension JobEntry: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "jobs"
    /// The name of a page.
    public static let pageName = "JobPage"

    /// Its form in JSON.
    public static let shape = Shape<JobEntry>("JobEntry") {
        Field("id", \.reference.text, "The number of a job, or the id of a video.")
        Field("kind", \.kind, "`generation` for a video.")
        Field("queue", \.queue)
        Field("state", \.state)
        Field("subject", \.subject, "The model, the clip or the season that it is about.")
        Field("ownerID", \.ownerID, "Whose video it is.")
        Field("ownerName", \.ownerName)
        Field("provider", \.provider)
        Field("progress", \.progress, "Percent; null where it is not known.")
        Field("priority", \.priority, "From -2, last, to 2, first.")
        Field("attempt", \.attempt)
        Field("maxAttempts", \.maxAttempts)
        Field("createdAt", \.createdAt)
        Field("runAt", \.runAt, "When a job is or was due.")
        Field("startedAt", \.startedAt)
        Field("finishedAt", \.finishedAt)
        Field("cancelling", \.isCancelling, "Whether it has been asked to end.")
        Field("error", \.error, "The error of its last attempt.")
        Field("obstacle", \.obstacle, "What keeps a waiting job from beginning, beside those before it.")
    }
}

extension JobObstacle: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<JobObstacle>("JobObstacle") {
        Field("code", \.code.rawValue, .choice(Code.allCases.map(\.rawValue)))
        Field("sentence", \.sentence)
        Field("until", \.until, "When it ends, where that is known.")
    }
}

extension JobOverview: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<JobOverview>("JobOverview") {
        Field("counts", \.counts, "Jobs by state; of those that have ended, the ones of the last 24 hours.")
        Field("waitingSince", \.waitingSince, Schema.dateTime.nullable, "Since when the oldest due job waits.")
        Field("queues", \.queues)
        Field("kinds", \.kinds)
        Field("providers", \.providers)
    }
}

extension JobOverview.Lane: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<JobOverview.Lane>("JobLane") {
        Field("name", \.name)
        Field("group", \.group, "What the kind is for; null for a queue.")
        Field("waiting", \.waiting)
        Field("running", \.running)
        Field("failed", \.failed, "Dead letters; null for a queue.")
        Field("waitingSince", \.waitingSince, Schema.dateTime.nullable, "Null for a kind.")
        Field("pausedAt", \.pausedAt, Schema.dateTime.nullable, "Null while it is not paused.")
        Field("pausedBy", \.pausedBy, "The admin; null for the operator.")
        Field("reason", \.reason)
    }
}

extension JobOverview.Provider: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<JobOverview.Provider>("JobProvider") {
        Field("name", \.name)
        Field("displayName", \.displayName)
        Field("waiting", \.waiting, "Videos that wait for a place.")
        Field("running", \.running)
        Field("uncertain", \.uncertain)
        Field("unavailableReason", \.missing, "Why it cannot be called at all; null when it can.")
        Field("health", \.figures, "Its breaker, places, rate and pause.")
    }
}

extension JobDetail: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<JobDetail>("JobDetail") {
        Field("job", \.entry)
        Field("comparisonID", \.comparisonID, "The comparison that a video belongs to, if any.")
        Field("isPublished", \.isPublished, "Whether a video has a page of its own.")
        Field("payload", { $0.member("payload") }, "What it works on. What is private is hidden.")
        Field("run", { $0.member("run") }, .integer(), "Rises when a video is run again by hand.")
        Field("step", { $0.member("step") }, Schema.string().nullable, "The step that a video is at.")
        Field("errorCode", { $0.member("errorCode") }, Schema.string().nullable)
        Field("requestID", { $0.member("requestId") }, Schema.string().nullable, "The provider's id of the request.")
        Field("deadlineAt", { $0.member("deadlineAt") }, Schema.dateTime.nullable, "When an unfinished video fails.")
        Field("chargedCredits", { $0.member("chargedCredits") }, Schema.integer().nullable)
        Field("attempts", { $0.member("attempts") }, .array(attempt), "The latest first.")
        Field("steps", { $0.member("steps") }, .array(step), "The jobs of a video, the latest first.")
        Field(
            "otherProviders", { $0.member("otherProviders") }, .array(.string()),
            "Providers with an equal model, at which a failed video can be run.")
    }

    private static let attempt = Schema.object([
        .required("run", .integer()), .required("attempt", .integer()), .required("provider", .string().nullable),
        .required("state", .string()), .required("requestId", .string().nullable),
        .required("startedAt", .dateTime.nullable), .required("endedAt", .dateTime.nullable),
        .required("worker", .string().nullable), .required("error", .string().nullable),
        .required("answer", .any, "What the provider answered, without keys."),
    ]).named("JobAttempt")

    private static let step = Schema.object([
        .required("id", .string()), .required("kind", .string()), .required("state", .string()),
        .required("attempt", .integer()), .required("runAt", .dateTime.nullable),
        .required("finishedAt", .dateTime.nullable), .required("error", .string().nullable),
    ]).named("JobStep")

    private func member(_ name: String) -> JSONValue {
        guard case .object(let members)? = try? JSONValue(parsing: Array(facts.text.utf8)) else { return .null }
        return members[name] ?? .null
    }
}

/// What became of each of several jobs.
public struct JobOutcomes: Shaped {
    /// One for each job.
    public let outcomes: [JobOperation.Outcome]
    /// Whether the filter finds more than one call handles.
    public let hasMore: Bool

    /// The outcomes of an act.
    public init(outcomes: [JobOperation.Outcome], hasMore: Bool = false) {
        self.outcomes = outcomes
        self.hasMore = hasMore
    }

    /// Its form in JSON.
    public static let shape = Shape<JobOutcomes>("JobOutcomes") {
        Field("outcomes", \.outcomes)
        Field("hasMore", \.hasMore, "Whether the filter finds more than one call handles.")
    }
}

extension JobOperation.Outcome: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<JobOperation.Outcome>("JobOutcome") {
        Field("id", \.reference.text)
        Field(
            "outcome", \.outcome,
            "`redriven`, `cancelled`, `cancelling`, `finished`, `not_found`, or the code of a refusal.")
        Field("error", \.error, "The refusal in words.")
    }
}

/// The jobs that were moved.
public struct JobsMoved: Shaped {
    let ids: [JobReference]

    /// The jobs that an act moved.
    public init(ids: [JobReference]) {
        self.ids = ids
    }

    /// Its form in JSON.
    public static let shape = Shape<JobsMoved>("JobsMoved") {
        Field("moved", { $0.ids.map(\.text) }, "Those that waited.")
    }
}

internal import FoundationEssentials
public import Generation
public import HTTP
public import Money

extension ProviderFigures: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ProviderFigures>("ProviderHealth") {
        Field(
            "breaker", \.breaker.rawValue, .choice(BreakerState.allCases.map(\.rawValue)),
            "closed: requests are sent; open: none is until retryAt; half_open: one shows whether it works again.")
        Field("breakerReason", \.reason, "`faults` or `slow`; null while it is closed.")
        Field("changedAt", \.changedAt)
        Field("retryAt", \.retryAt)
        Field("restingUntil", \.restingUntil, "Until when the provider asked to wait.")
        Field("calls", \.calls, "Calls of the last five minutes.")
        Field("faults", \.faults, "Those that failed.")
        Field("slow", \.slow, "Those that were slow.")
        Field("meanMs", \.meanMs, "How long a call took.")
        Field("longestMs", \.longestMs)
        Field("underWay", \.underWay, "Requests that hold a place.")
        Field("waiting", \.waiting, "Requests that wait for one.")
        Field("uncertain", \.uncertain, "Requests whose answer is missing.")
        Field("submittedLastMinute", \.submittedLastMinute)
        Field("spentUSD", \.spent, "What this month has cost, or will at most.")
        Field("monthlyUSD", \.monthlyCap, "What a month may cost; null for no cap.")
        Field("concurrency", \.concurrency, "As an admin has set it; null for the setting's number.")
        Field("places", \.places, "The requests that it works on at once.")
        Field("submissionsPerMinute", \.submissionsPerMinute)
        Field("pausedAt", \.pausedAt, "Since when an admin has it paused; null while it is not.")
        Field("pausedBy", \.pausedBy, "The admin; null for the operator.")
        Field("pauseReason", \.pauseReason)
    }
}

extension Money: JSONRepresentable {
    /// Decimal text.
    public static var schema: Schema { .string(1...20) }
    /// The amount as decimal text, which no reader rounds.
    public var json: JSONValue { .string(description) }
}

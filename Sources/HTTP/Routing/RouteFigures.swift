internal import Metrics

/// How often a route was asked since the process started, how it answered and how long that took.
public final class RouteFigures: Sendable {
    private static let classes = ["2xx", "3xx", "4xx", "5xx"]

    /// From the moment in which the request was read to that in which its answer was known.
    private let durations = Histogram()
    private let answers = RouteFigures.classes.map { _ in Counter() }
    /// Of the answers 4xx those that a limit gave.
    private let limited = Counter()

    /// Figures of a route that was not asked yet.
    init() {}

    /// Notes one answer.
    func note(status: Int, nanoseconds: Int) {
        durations.note(nanoseconds: nanoseconds)
        answers[min(max(status / 100 - 2, 0), 3)].add()
        if status == 429 { limited.add() }
    }

    private var isEmpty: Bool { answers.allSatisfy { $0.value == 0 } }

    /// Writes the figures of these routes. Their patterns are the only labels, so there are never more than there are routes.
    static func write(_ routes: [(method: String, pattern: String, figures: RouteFigures)], to page: inout Exposition) {
        let asked = routes.filter { !$0.figures.isEmpty }
        for (method, pattern, figures) in asked {
            for (name, counter) in zip(classes, figures.answers) {
                page.add(
                    "dailies_http_requests_total", .counter, "Answered requests by route and class of status.",
                    counter.value, ["method": method, "route": pattern, "status": name])
            }
        }
        for (method, pattern, figures) in asked {
            page.add(
                "dailies_http_limited_total", .counter, "Requests that a limit refused, with status 429.",
                figures.limited.value, ["method": method, "route": pattern])
        }
        for (method, pattern, figures) in asked {
            page.add(
                "dailies_http_request_seconds", "From reading a request to its answer, by route.", figures.durations,
                ["method": method, "route": pattern])
        }
    }
}

internal import Film
internal import FoundationEssentials
internal import HTTP

extension AdminRoutes {
    static func roundRoutes(_ rounds: Rounds) -> [Route] {
        [
            .post(
                "/api/admin/advance-slot", access: .admin, limit: .adminSensitive, answers: [200: .roundEvents],
                features: ["FILM-10"], summary: "Closes the open round now and opens the next one."
            ) { context in
                let admin = try context.member()
                let events = try film { try rounds.advanceNow(by: admin.id) }
                return try .json(try RoundEventsAnswer(events))
            },
            .get(
                "/api/cron/auto-advance", access: .cron, limit: nil, answers: [200: .roundEvents],
                features: ["FILM-04", "FILM-05"],
                summary: "Closes every round whose time is over, as the timer does. As often as you like."
            ) { _ in
                try .json(try RoundEventsAnswer(try rounds.advance()))
            },
        ]
    }
}

struct RoundEventsAnswer: Encodable {
    struct Event: Encodable {
        let name: String
        let data: JSONValue
    }

    let success = true
    let events: [Event]

    init(_ events: [RoundEvent]) throws {
        self.events = try events.map { Event(name: $0.name, data: try $0.decodeData()) }
    }
}

extension Schema {
    static let roundEvents = Schema.object([
        .required("success", .boolean),
        .required(
            "events",
            .array(
                .object([
                    .required(
                        "name",
                        .choice([
                            "winner_selected", "round_opened", "round_waiting", "round_extended", "round_under_review",
                            "season_finished",
                        ])),
                    .required("data", .map(.any), "What pages are told of it."),
                ])), "What happened, in order; empty when nothing was due."),
    ]).named("RoundEvents")
}

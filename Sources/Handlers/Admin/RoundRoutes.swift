public import Film
internal import FoundationEssentials
public import HTTP

extension AdminRoutes {
    static func roundRoutes(_ rounds: Rounds) -> [Route] {
        [
            .post(
                "/api/admin/advance-slot", access: .admin, limit: .adminSensitive, body: AdvanceSlotInput.self,
                features: ["FILM-10"],
                summary: "Closes the open round now, if it is that of this slot, and opens the next one."
            ) { context, input in
                let reason = input.reason ?? "An admin closed the round early."
                return RoundEvents(
                    events: try rounds.advanceNow(slot: input.slot, reason: reason, by: try context.member().id))
            },
            .get(
                "/api/cron/auto-advance", access: .cron, limit: nil,
                features: ["FILM-04", "FILM-05"],
                summary: "Closes every round whose time is over, as the timer does. As often as you like."
            ) { _ in
                RoundEvents(events: try rounds.advance())
            },
        ]
    }
}

struct AdvanceSlotInput: InputShape {
    @Input(.integer(1...500), "The slot that is open as far as the admin knows; another one is not closed.") var slot:
        Int
    @Input(VoteWords.reason, VoteWords.reasonMeaning) var reason: String?
}

struct RoundEvents: Shaped {
    let events: [RoundEvent]

    static let shape = Shape<RoundEvents>("RoundEvents") {
        Field("success", { _ in true })
        Field("events", \.events, "What happened, in order; empty when nothing was due.")
    }
}

extension RoundEvent: Shaped {
    private static let names = Schema.choice(RoundEvent.names)

    /// Its form in JSON.
    public static let shape = Shape<RoundEvent>("RoundEvent") {
        Field("name", \.name, names)
        Field("data", \.facts, .map(.any), "What pages are sent about it.")
    }

    private var facts: JSONValue { (try? decodeData()) ?? .null }
}

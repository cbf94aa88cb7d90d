import FoundationEssentials
import Testing

@testable import Queue

@Suite("Decisions of the queue")
struct DecisionTests {
    @Test(
        "JOB-01 back-off starts at 5 s and doubles up to an hour",
        arguments: [(1, 5), (2, 10), (3, 20), (10, 2_560), (11, 3_600), (1_000, 3_600), (0, 5)])
    func backOffDoubles(attempt: Int, seconds: Int) {
        #expect(BackOff().delay(after: attempt, jitter: 0) == .seconds(seconds))
    }

    @Test("jitter adds up to a quarter and never shortens a wait")
    func jitterAdds() {
        let backOff = BackOff()
        #expect(backOff.delay(after: 2, jitter: 1) == .milliseconds(12_500))
        #expect(backOff.delay(after: 2, jitter: 0.5) == .milliseconds(11_250))
        #expect(backOff.delay(after: 2, jitter: -3) == .seconds(10))
    }

    private func transition(_ end: AttemptEnd, attempt: Int = 1, isCancelled: Bool = false) -> JobTransition {
        JobTransition.of(
            end, attempt: attempt, maxAttempts: 3, isCancelled: isCancelled, backOff: BackOff(), jitter: 0)
    }

    @Test("a failure is repeated until its attempts are used up")
    func failureIsRepeated() {
        #expect(transition(.failed("x")) == .again(after: .seconds(5), charged: true, error: "x"))
        #expect(transition(.failed("x"), attempt: 2) == .again(after: .seconds(10), charged: true, error: "x"))
        #expect(transition(.failed("x"), attempt: 3) == .finish(.failed, error: "x"))
        #expect(
            transition(.retry(after: .seconds(7), reason: "y")) == .again(after: .seconds(7), charged: true, error: "y")
        )
        #expect(transition(.retry(after: .seconds(7), reason: "y"), attempt: 3) == .finish(.failed, error: "y"))
        #expect(transition(.discard(reason: "never")) == .finish(.failed, error: "never"))
    }

    @Test("what is not the job's fault costs it no attempt")
    func interruptionIsFree() {
        #expect(transition(.interrupted(.stopping), attempt: 3) == .again(after: .zero, charged: false, error: nil))
        let time = Date(timeIntervalSince1970: 1)
        #expect(transition(.snooze(until: time), attempt: 3) == .later(time))
        #expect(transition(.interrupted(.leaseLost)) == .leave)
    }

    @Test("JOB-03 a cancelled job is not repeated, regardless of how it fails")
    func cancelledIsNotRepeated() {
        for end in [AttemptEnd.failed("x"), .retry(after: .zero, reason: "x"), .interrupted(.timedOut)] {
            guard case .finish(.cancelled, _) = transition(end, isCancelled: true) else {
                Issue.record("\(end) would be repeated")
                continue
            }
        }
        #expect(
            transition(.snooze(until: .now), isCancelled: true) == .finish(.cancelled, error: "cancelled while running")
        )
        #expect(transition(.done, isCancelled: true) == .finish(.completed, error: nil))
    }

    @Test("quick jobs are claimed ahead, slow ones one for each worker")
    func claimSizeFollowsSpeed() {
        var size = ClaimSize(workers: 16, largest: 1_000)
        #expect(size.wanted(held: 0) == 16)
        #expect(size.wanted(held: 16) == 0)
        size.note(seconds: 0.000_01)
        #expect(size.wanted(held: 0) == 1_000)
        #expect(size.wanted(held: 900) == 0)
        #expect(size.wanted(held: 400) == 616)
        size.noteStale()
        #expect(size.wanted(held: 16) == 0)
        #expect(size.wanted(held: 10) == 6)
        size.note(seconds: 3_600)
        #expect(size.target == 16)
    }

    @Test("JOB-06 due times are the same for every process")
    func schedulesAgree() throws {
        let time = try Date("2026-03-01T10:07:31Z", strategy: .iso8601)
        func due(_ schedule: Schedule) -> String { schedule.lastDue(at: time).ISO8601Format() }
        #expect(due(.every(.seconds(60))) == "2026-03-01T10:07:00Z")
        #expect(due(.every(.seconds(3_600))) == "2026-03-01T10:00:00Z")
        #expect(due(.daily(hour: 3, minute: 30)) == "2026-03-01T03:30:00Z")
        #expect(due(.daily(hour: 10, minute: 8)) == "2026-02-28T10:08:00Z")
        #expect(
            Schedule.every(.seconds(60)).lastDue(at: try Date("2026-03-01T10:07:00Z", strategy: .iso8601))
                .ISO8601Format() == "2026-03-01T10:07:00Z")
    }
}

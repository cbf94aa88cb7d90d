internal import HTTPClient

/// The invented people of a demo: a few of them watch at any time, and others come when they leave.
struct DemoAudience {
    /// Enough people that none uses up the votes of a day.
    static let people = 200

    private let siteURL: String
    private let viewers: Int
    private let client = HTTPClient()
    private var watching: [DemoViewer] = []
    private var nextArrival = ContinuousClock.now
    /// When the site did not answer, no one comes for a while.
    private static let retryPause = Duration.seconds(5)
    private var isHome = true

    init(siteURL: String, viewers: Int) {
        self.siteURL = siteURL
        self.viewers = viewers
    }

    /// How long there is nothing to do.
    var pause: Duration {
        let times = watching.map(\.nextAction) + (watching.count < viewers ? [nextArrival] : [])
        guard !isHome, let next = times.min() else { return .seconds(3) }
        return max(.zero, next - ContinuousClock.now)
    }

    /// Everybody leaves, and no one comes until the next call of `open`.
    mutating func sendHome() {
        watching = []
        isHome = true
    }

    /// Lets people come.
    mutating func open() { isHome = false }

    /// Does the next thing that is due: someone comes, votes, goes on to the next clip or leaves. Returns a fault in words.
    mutating func act() -> String? {
        guard !isHome else { return nil }
        if watching.count < viewers, nextArrival <= .now {
            nextArrival = .now + .milliseconds(Int.random(in: 800...6_000))
            let present = Set(watching.map(\.number))
            if let number = (1...Self.people).filter({ !present.contains($0) }).randomElement() {
                watching.append(DemoViewer(number: number, siteURL: siteURL))
            }
        }
        guard let index = watching.indices.min(by: { watching[$0].nextAction < watching[$1].nextAction }),
            watching[index].nextAction <= .now
        else { return nil }
        do {
            if try watching[index].act(over: client) == .leaves { watching.remove(at: index) }
            return nil
        } catch {
            watching = []
            nextArrival = .now + Self.retryPause
            return "the site does not answer as expected: \(error)"
        }
    }
}

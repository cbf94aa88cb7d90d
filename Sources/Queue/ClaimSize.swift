/// How many jobs a drain claims: one for each worker, and more while jobs are quick, so that workers need not wait for the
/// next claim. The surplus is about the work of a twentieth of a second, so a drain never hoards slow jobs.
struct ClaimSize: Equatable {
    let workers: Int
    let largest: Int
    /// A moving mean of the time that a job takes; unknown before the first.
    private(set) var meanSeconds: Double?

    init(workers: Int, largest: Int) {
        self.workers = workers
        self.largest = largest
    }

    /// How many jobs the drain should hold.
    var target: Int {
        guard let meanSeconds else { return workers }
        let surplus = 0.05 * Double(workers) / max(meanSeconds, 1e-9)
        return workers + Int(min(surplus, Double(largest)))
    }

    /// How many to claim now; 0 while more than half of the target is held, so that claims are few and large.
    func wanted(held: Int) -> Int {
        let room = target - held
        if held < workers { return min(room, largest) }
        return room * 2 >= target ? min(room, largest) : 0
    }

    /// Notes how long a job took.
    mutating func note(seconds: Double) {
        meanSeconds = meanSeconds.map { $0 * 0.8 + seconds * 0.2 } ?? seconds
    }

    /// Notes that jobs waited in the buffer for long: the present ones are slow, however quick earlier ones were.
    mutating func noteStale() {
        meanSeconds = 1
    }
}

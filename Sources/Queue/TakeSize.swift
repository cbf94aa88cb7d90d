/// How many jobs a drain holds: one for each worker, and so many more that quick ones need not wait for the next take.
/// The store is about as much as is done in a twentieth of a second, so slow jobs are never hoarded.
struct TakeSize: Equatable {
    let workers: Int
    let largest: Int
    /// A moving mean of the time that a job takes; unknown before the first.
    private(set) var meanSeconds: Double?

    init(workers: Int, largest: Int) {
        self.workers = workers
        self.largest = largest
    }

    var target: Int {
        guard let meanSeconds else { return workers }
        let stock = 0.05 * Double(workers) / max(meanSeconds, 1e-9)
        return workers + Int(min(stock, Double(largest)))
    }

    /// How many to take now; 0 while the store is more than half full, so that takes stay few and large.
    func wanted(held: Int) -> Int {
        let room = target - held
        if held < workers { return min(room, largest) }
        return room * 2 >= target ? min(room, largest) : 0
    }

    mutating func note(seconds: Double) {
        meanSeconds = meanSeconds.map { $0 * 0.8 + seconds * 0.2 } ?? seconds
    }

    /// Jobs lay untouched in the store: whatever was quick before, it is slow now.
    mutating func noteStale() {
        meanSeconds = 1
    }
}

/// The requests of one network in a sliding minute, as one process knows them: the counts of Postgres, and the requests
/// here since the last exchange.
struct BatchedRateWindow {
    private var all: SlidingMinute
    private var unreported: SlidingMinute
    /// Whether it is in the list for the next exchange. A request that was refused lists it too, since requests elsewhere
    /// may have made room.
    private(set) var isListed = false

    init(_ minute: Int32) {
        all = SlidingMinute(minute: minute)
        unreported = all
    }

    /// Counts an action if there is room for it. `isNews` says that the window must be listed now, because it has used
    /// more than `quiet` of the limit.
    mutating func take(_ allowed: Int, quiet: Int, at moment: RateMoment) -> (RateStanding, isNews: Bool) {
        move(to: moment.minute)
        // A caller that read the clock before the minute ended counts as at the beginning of the next.
        let elapsed = moment.minute < all.minute ? 0 : moment.elapsed
        let isAllowed = all.room(of: allowed, elapsed: elapsed) > 0
        if isAllowed {
            all.count()
            unreported.count()
        }
        let isNews = !isListed && (!isAllowed || Int(all.current) + Int(all.previous) > quiet)
        if isNews { isListed = true }
        return (
            RateStanding(
                isAllowed: isAllowed, allowed: allowed, remaining: all.room(of: allowed, elapsed: elapsed),
                wait: all.wait(of: allowed, elapsed: elapsed)),
            isNews
        )
    }

    /// Whether it holds requests that have not been reported and are not part of the next exchange.
    var isOwing: Bool { !isListed && !unreported.isEmpty }

    /// Makes it part of the next exchange.
    mutating func list() { isListed = true }

    /// The requests to report as of a minute. They count as reported from now on.
    mutating func handOver(in minute: Int32) -> SlidingMinute? {
        move(to: minute)
        defer {
            unreported = SlidingMinute(minute: unreported.minute)
            isListed = false
        }
        return isListed ? unreported : nil
    }

    /// Takes back counts whose report failed.
    mutating func takeBack(_ counts: SlidingMinute) {
        var counts = counts
        counts.move(to: unreported.minute)
        unreported.add(counts)
        isListed = true
    }

    /// Adopts the counts of Postgres, which include all that was handed over.
    mutating func adopt(_ counts: SlidingMinute) {
        var counts = counts
        unreported.move(to: counts.minute)
        counts.move(to: unreported.minute)
        counts.add(unreported)
        all = counts
    }

    /// Whether none of its requests count in a minute.
    func isQuiet(in minute: Int32) -> Bool { abs(Int(minute) - Int(all.minute)) > 1 }

    /// Whether it has no room for more, even at the end of its minute.
    func isFull(_ allowed: Int) -> Bool { Int(all.current) >= allowed }

    private mutating func move(to minute: Int32) {
        all.move(to: minute)
        unreported.move(to: minute)
    }
}
